#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace warren::ctl {

/// Encryption by passphrase as in RabbitMQ's rabbit_pbe: PBKDF2 with a random salt of 16 bytes makes the key, a random
/// vector starts the cipher's chain, PKCS #7 pads. The result is base64 of salt, vector and ciphertext.
struct pbe_settings {
  std::string_view cipher = "aes_128_cbc";
  std::string_view hash = "sha256";
  int iterations = 1;
};

[[nodiscard]] std::span<const std::string_view> pbe_ciphers();  ///< by Erlang's names
[[nodiscard]] std::span<const std::string_view> pbe_hashes();

/// nullopt: this build of OpenSSL does not have the algorithm.
[[nodiscard]] std::optional<std::string> pbe_encrypt(std::string_view plain, std::string_view passphrase, const pbe_settings& s);
/// nullopt: not what this passphrase and these algorithms have made.
[[nodiscard]] std::optional<std::string> pbe_decrypt(std::string_view base64, std::string_view passphrase, const pbe_settings& s);

}  // namespace warren::ctl
