#include "distribution/identity/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "core/base/assert.hpp"

namespace warren::distribution {

namespace {
const unsigned char* octets(bytes_view b) { return reinterpret_cast<const unsigned char*>(b.data()); }
}  // namespace

mac hmac_sha256(bytes_view key, bytes_view message) {
  mac out{};
  unsigned int n = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(message), message.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &n);
  WARREN_ENSURE(done && n == out.size());
  return out;
}

bool same_mac(bytes_view a, bytes_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64_md5(bytes_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  WARREN_ENSURE(EVP_Digest(bytes.data(), bytes.size(), digest, &n, EVP_md5(), nullptr) == 1);
  char text[4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1];
  return {text, static_cast<std::size_t>(
                    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text), digest, static_cast<int>(n)))};
}

void fill_random(char* to, std::size_t n) {
  WARREN_ENSURE(RAND_bytes(reinterpret_cast<unsigned char*>(to), static_cast<int>(n)) == 1);
}

nonce random_nonce() {
  nonce n;
  fill_random(n.data(), n.size());
  return n;
}

std::uint64_t random_number() {
  std::uint64_t n = 0;
  fill_random(reinterpret_cast<char*>(&n), sizeof n);
  return n;
}

}  // namespace warren::distribution
