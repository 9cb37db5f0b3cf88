mod openssl;
