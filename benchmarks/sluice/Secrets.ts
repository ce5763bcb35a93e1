/** Of the kinds that are configured: a password, a token, a signing secret. */
export const secrets = [
  "correct horse battery staple",
  "tok_live_51H8xjE2KfQ7wz",
  "whsec_c2VjcmV0LXNpZ25pbmcta2V5",
  "Basic-p4ssw0rd/with+signs=",
  "0123456789abcdef0123456789abcdef"
]
