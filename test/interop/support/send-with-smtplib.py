"""Sends the message on standard input with Python's smtplib: PORT STARTTLS|TLS MECHANISM LOGIN PASSWORD FROM TO"""

import smtplib
import ssl
import sys

port, wrapping, mechanism, login, password, sender, recipient = sys.argv[1:]
context = ssl._create_unverified_context()
if wrapping == "TLS":
    smtp = smtplib.SMTP_SSL("127.0.0.1", int(port), context=context)
else:
    smtp = smtplib.SMTP("127.0.0.1", int(port))
    smtp.starttls(context=context)
with smtp:
    smtp.ehlo()
    smtp.user, smtp.password = login, password
    smtp.auth(mechanism, getattr(smtp, "auth_" + mechanism.lower().replace("-", "_")))
    smtp.sendmail(sender, [recipient], sys.stdin.buffer.read())
