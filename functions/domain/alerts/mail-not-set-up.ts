/** Why no mail goes out, for those who asked for it. */
export const mailNotSetUp = 'Mail is not set up on this installation; its operator has to set SMTP_URL and MAIL_FROM.';
