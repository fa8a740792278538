// smtpd_sender_login_maps: the keys under which the owner of a sender address is looked up, most specific first: the
// address, its whole domain, and `*` for logins that may send as anybody. `*` makes nobody the owner of a stranger's
// address, so it is asked only where somebody has logged in: else no stranger could send to a backup MX.

export function senderKeys(sender: string, hasLoggedIn: boolean): string[] {
  if (sender === '') return [];
  const address = sender.toLowerCase();
  const at = address.lastIndexOf('@');
  const keys = at === -1 ? [address] : [address, address.slice(at)];
  return hasLoggedIn ? [...keys, '*'] : keys;
}
