#include <catch2/catch.hpp>

#include "actors/auth/base64.hpp"
#include "actors/auth/credential_validator.hpp"
#include "actors/auth/login_source.hpp"
#include "actors/auth/password_hash.hpp"

using namespace warren::actors;

TEST_CASE("Hashes made by RabbitMQ 3.10 match their passwords") {
  // From the export of a real broker: password guest.
  const auto stored = from_base64("IEMjz1StlBN2EhwzTYnsJno3gUDQ4MJZRVdcN/dJ5ooMq8Rq");
  REQUIRE(stored);
  CHECK(password_matches(password_hashing::sha256, *stored, "guest"));
  CHECK_FALSE(password_matches(password_hashing::sha256, *stored, "guesT"));
  CHECK_FALSE(password_matches(password_hashing::sha512, *stored, "guest"));
}

TEST_CASE("A hash begins with its salt and is made of salt and password") {
  CHECK(to_base64(hash_password(password_hashing::sha256, "test12", "\x90\x8D\xC6\x0A")) ==
        "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR");
  const auto md5 = hash_password(password_hashing::md5, "x", "abcd");
  CHECK(md5.size() == 20);
  CHECK(md5.starts_with("abcd"));
  CHECK(hash_password(password_hashing::sha512, "x", "abcd").size() == 68);
}

TEST_CASE("Salts differ from hash to hash, and every hash matches") {
  for (const auto algorithm : {password_hashing::sha256, password_hashing::sha512, password_hashing::md5}) {
    const auto a = hash_password(algorithm, "secret"), b = hash_password(algorithm, "secret");
    CHECK(a != b);
    CHECK(password_matches(algorithm, a, "secret"));
    CHECK(password_matches(algorithm, b, "secret"));
    CHECK_FALSE(password_matches(algorithm, a, "secret "));
  }
}

TEST_CASE("Blank passwords, missing and damaged hashes match nothing") {
  const auto good = hash_password(password_hashing::sha256, "x");
  CHECK_FALSE(password_matches(password_hashing::sha256, "", "x"));
  CHECK_FALSE(password_matches(password_hashing::sha256, "", ""));
  CHECK_FALSE(password_matches(password_hashing::sha256, "abcd", "x"));
  CHECK_FALSE(password_matches(password_hashing::sha256, good.substr(0, good.size() - 1), "x"));
  CHECK_FALSE(password_matches(password_hashing::sha256, hash_password(password_hashing::sha256, ""), ""));
}

TEST_CASE("Hashing modules are named as in RabbitMQ") {
  CHECK(hashing_module(password_hashing::sha512) == "rabbit_password_hashing_sha512");
  CHECK(parse_hashing_module("rabbit_password_hashing_md5") == password_hashing::md5);
  CHECK_FALSE(parse_hashing_module("md5"));
}

TEST_CASE("Base64 goes both ways and refuses what is none") {
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("abc"), std::string("\0\xFF\x7F", 3)})
    CHECK(from_base64(to_base64(bytes)) == bytes);
  for (const char* text : {"a", "ab=", "====", "ab=c", "ab c", "abc\n", "a===", "ab-_"}) CHECK_FALSE(from_base64(text));
}

TEST_CASE("Credential rules answer in RabbitMQ's words") {
  credential_rules rules;
  CHECK_FALSE(refuse_credentials(rules, ""));
  rules.kind = credential_rules::backend::min_length;
  rules.min_length = 5;
  CHECK(refuse_credentials(rules, "abcd") == "minimum required password length is 5");
  CHECK_FALSE(refuse_credentials(rules, "abcde"));
  CHECK(refuse_credentials(rules, "äöüß"));  // four characters in eight bytes
  rules.kind = credential_rules::backend::regexp;
  rules.regexp = "^[a-c]+$";
  CHECK_FALSE(refuse_credentials(rules, "abc"));
  CHECK(refuse_credentials(rules, "abd") == "provided password does not match the validator regular expression");
}

TEST_CASE("Loopback users may log in only from this machine") {
  const std::vector<std::string> users{"guest"};
  for (const char* address : {"127.0.0.1", "127.5.6.7", "::1", "::ffff:127.0.0.1"})
    CHECK(may_log_in_from(users, "guest", address));
  for (const char* address : {"10.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1", "", "localhost"})
    CHECK_FALSE(may_log_in_from(users, "guest", address));
  CHECK(may_log_in_from(users, "other", "10.0.0.1"));
  CHECK(may_log_in_from({}, "guest", "10.0.0.1"));
}
