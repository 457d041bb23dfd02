#include "node/ctl/text/pbe.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "actors/auth/base64.hpp"

namespace warren::ctl {
namespace {

constexpr std::size_t salt_bytes = 16;

struct named {
  std::string_view erlang;
  const char* openssl;
};
constexpr named ciphers[] = {
    {"aes_cbc256", "AES-256-CBC"},     {"aes_cbc128", "AES-128-CBC"},     {"aes_256_cbc", "AES-256-CBC"},
    {"aes_192_cbc", "AES-192-CBC"},    {"aes_128_cbc", "AES-128-CBC"},    {"aes_256_cfb8", "AES-256-CFB8"},
    {"aes_192_cfb8", "AES-192-CFB8"},  {"aes_128_cfb8", "AES-128-CFB8"},  {"aes_256_cfb128", "AES-256-CFB"},
    {"aes_192_cfb128", "AES-192-CFB"}, {"aes_128_cfb128", "AES-128-CFB"},
};
constexpr named hashes[] = {{"sha512", "SHA512"}, {"sha384", "SHA384"}, {"sha256", "SHA256"},
                            {"sha224", "SHA224"}, {"sha", "SHA1"},      {"md5", "MD5"}};

template <std::size_t N>
const char* find(const named (&in)[N], std::string_view name) {
  for (const named& n : in)
    if (n.erlang == name) return n.openssl;
  return nullptr;
}

template <std::size_t N>
struct names_of {
  std::string_view names[N];
  explicit constexpr names_of(const named (&in)[N]) : names{} {
    for (std::size_t i = 0; i < N; ++i) names[i] = in[i].erlang;
  }
};
constexpr names_of cipher_names(ciphers);
constexpr names_of hash_names(hashes);

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct algorithms {
  const EVP_CIPHER* cipher;
  const EVP_MD* hash;
  std::string key(std::string_view passphrase, std::string_view salt, int iterations) const {
    std::string out(static_cast<std::size_t>(EVP_CIPHER_key_length(cipher)), '\0');
    if (PKCS5_PBKDF2_HMAC(passphrase.data(), static_cast<int>(passphrase.size()), bytes(salt), static_cast<int>(salt.size()), iterations,
                          hash, static_cast<int>(out.size()), bytes(out)) != 1)
      out.clear();
    return out;
  }
};

std::optional<algorithms> algorithms_of(const pbe_settings& s) {
  const char *cipher = find(ciphers, s.cipher), *hash = find(hashes, s.hash);
  if (cipher == nullptr || hash == nullptr) return std::nullopt;
  algorithms out{EVP_get_cipherbyname(cipher), EVP_get_digestbyname(hash)};
  if (out.cipher == nullptr || out.hash == nullptr) return std::nullopt;
  return out;
}

/// rabbit_pbe pads to whole blocks by itself, whatever the cipher.
constexpr std::size_t block = 16;

std::optional<std::string> crypt(const algorithms& a, bool encrypt, std::string_view key, std::string_view iv, std::string_view in) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out(in.size() + block, '\0');
  int first = 0, last = 0;
  if (!context || EVP_CipherInit_ex(context.get(), a.cipher, nullptr, bytes(key), bytes(iv), encrypt) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), bytes(out), &first, bytes(in), static_cast<int>(in.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), bytes(out) + first, &last) != 1)
    return std::nullopt;
  out.resize(static_cast<std::size_t>(first + last));
  return out;
}

}  // namespace

std::span<const std::string_view> pbe_ciphers() { return cipher_names.names; }
std::span<const std::string_view> pbe_hashes() { return hash_names.names; }

std::optional<std::string> pbe_encrypt(std::string_view plain, std::string_view passphrase, const pbe_settings& s) {
  const auto a = algorithms_of(s);
  if (!a) return std::nullopt;
  std::string salt(salt_bytes, '\0'), iv(static_cast<std::size_t>(EVP_CIPHER_iv_length(a->cipher)), '\0');
  if (RAND_bytes(bytes(salt), static_cast<int>(salt.size())) != 1 || RAND_bytes(bytes(iv), static_cast<int>(iv.size())) != 1)
    return std::nullopt;
  const std::size_t padding = block - plain.size() % block;
  const std::string padded = std::string(plain) + std::string(padding, static_cast<char>(padding));
  const auto ciphertext = crypt(*a, true, a->key(passphrase, salt, s.iterations), iv, padded);
  if (!ciphertext) return std::nullopt;
  return actors::to_base64(salt + iv + *ciphertext);
}

std::optional<std::string> pbe_decrypt(std::string_view base64, std::string_view passphrase, const pbe_settings& s) {
  const auto a = algorithms_of(s);
  const auto whole = actors::from_base64(base64);
  if (!a || !whole) return std::nullopt;
  const auto iv_bytes = static_cast<std::size_t>(EVP_CIPHER_iv_length(a->cipher));
  if (whole->size() <= salt_bytes + iv_bytes) return std::nullopt;
  const std::string_view all = *whole;
  const auto key = a->key(passphrase, all.substr(0, salt_bytes), s.iterations);
  auto plain = crypt(*a, false, key, all.substr(salt_bytes, iv_bytes), all.substr(salt_bytes + iv_bytes));
  if (!plain || plain->empty()) return std::nullopt;
  const auto padding = static_cast<unsigned char>(plain->back());
  if (padding == 0 || padding > block || padding > plain->size()) return std::nullopt;
  if (plain->find_first_not_of(static_cast<char>(padding), plain->size() - padding) != plain->npos) return std::nullopt;
  plain->resize(plain->size() - padding);
  return plain;
}

}  // namespace warren::ctl
