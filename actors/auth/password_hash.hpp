#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::actors {

/// RabbitMQ's password hashes: salt[4] ++ hash(salt ++ utf8 password), raw here, base64 in JSON.
enum class password_hashing : std::uint8_t { sha256, sha512, md5 };

/// `rabbit_password_hashing_sha256`, …: the name in configuration, definitions and the HTTP API.
[[nodiscard]] std::string_view hashing_module(password_hashing algorithm);
[[nodiscard]] std::optional<password_hashing> parse_hashing_module(std::string_view module);

/// A new hash with a random salt.
[[nodiscard]] std::string hash_password(password_hashing algorithm, std::string_view password);
/// The same with a given salt of four bytes.
[[nodiscard]] std::string hash_password(password_hashing algorithm, std::string_view password, std::string_view salt);

/// True if `stored` is a hash of `password`. A malformed or empty hash matches nothing, and so does an empty
/// password (RabbitMQ refuses blank ones). The time taken does not depend on where the hashes differ.
[[nodiscard]] bool password_matches(password_hashing algorithm, std::string_view stored, std::string_view password);

}  // namespace warren::actors
