mod hostile;
mod lint;
mod openssl;
mod oracle;
mod paths;
mod round_trip;
