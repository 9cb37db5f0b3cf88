mod lint;
mod openssl;
