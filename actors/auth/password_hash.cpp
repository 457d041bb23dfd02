#include "actors/auth/password_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/base/assert.hpp"

namespace warren::actors {
namespace {

constexpr std::size_t salt_bytes = 4;

const EVP_MD* digest(password_hashing algorithm) {
  switch (algorithm) {
    case password_hashing::sha256: return EVP_sha256();
    case password_hashing::sha512: return EVP_sha512();
    case password_hashing::md5: return EVP_md5();
  }
  return EVP_sha256();
}

}  // namespace

std::string_view hashing_module(password_hashing algorithm) {
  switch (algorithm) {
    case password_hashing::sha256: return "rabbit_password_hashing_sha256";
    case password_hashing::sha512: return "rabbit_password_hashing_sha512";
    case password_hashing::md5: return "rabbit_password_hashing_md5";
  }
  return "";
}

std::optional<password_hashing> parse_hashing_module(std::string_view module) {
  for (const auto algorithm : {password_hashing::sha256, password_hashing::sha512, password_hashing::md5})
    if (module == hashing_module(algorithm)) return algorithm;
  return std::nullopt;
}

std::string hash_password(password_hashing algorithm, std::string_view password, std::string_view salt) {
  WARREN_ENSURE(salt.size() == salt_bytes);
  std::string salted(salt);
  salted += password;
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int bytes = 0;
  WARREN_ENSURE(EVP_Digest(salted.data(), salted.size(), hash, &bytes, digest(algorithm), nullptr) == 1);
  OPENSSL_cleanse(salted.data(), salted.size());
  return std::string(salt) + std::string(reinterpret_cast<const char*>(hash), bytes);
}

std::string hash_password(password_hashing algorithm, std::string_view password) {
  unsigned char salt[salt_bytes];
  WARREN_ENSURE(RAND_bytes(salt, sizeof salt) == 1);
  return hash_password(algorithm, password, {reinterpret_cast<const char*>(salt), sizeof salt});
}

bool password_matches(password_hashing algorithm, std::string_view stored, std::string_view password) {
  if (stored.size() <= salt_bytes || password.empty()) return false;
  const auto hashed = hash_password(algorithm, password, stored.substr(0, salt_bytes));
  return hashed.size() == stored.size() && CRYPTO_memcmp(hashed.data(), stored.data(), stored.size()) == 0;
}

}  // namespace warren::actors
