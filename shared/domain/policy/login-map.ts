// smtpd_sender_login_maps: the keys under which the owner of a sender address is looked up, most specific first: the
// address, its whole domain, and `*` for logins that may send as anybody.

export function senderKeys(sender: string): string[] {
  if (sender === '') return [];
  const address = sender.toLowerCase();
  const at = address.lastIndexOf('@');
  return at === -1 ? [address, '*'] : [address, address.slice(at), '*'];
}
