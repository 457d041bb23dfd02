#include "storage/crc32c.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <string>

using namespace warren::storage;

TEST_CASE("CRC-32C gives the sums of RFC 3720") {
  CHECK(crc32c(0, "123456789", 9) == 0xe3069283);
  CHECK(crc32c(0, std::string(32, '\0').data(), 32) == 0x8a9136aa);
  CHECK(crc32c(0, std::string(32, '\xff').data(), 32) == 0x62a8ab43);
  CHECK(crc32c(7, nullptr, 0) == 7);
}

TEST_CASE("table and processor agree, for every length and alignment") {
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes.push_back(static_cast<char>(i * 37 + 11));
  for (std::size_t from = 0; from < 9; ++from)
    for (std::size_t n = 0; from + n <= bytes.size(); ++n)
      REQUIRE(crc32c(99, bytes.data() + from, n) == detail::crc32c_table(99, bytes.data() + from, n));
}

TEST_CASE("sums can be continued") {
  CHECK(rc::check([](const std::string& a, const std::string& b, std::uint32_t seed) {
    const std::string both = a + b;
    RC_ASSERT(crc32c(crc32c(seed, a.data(), a.size()), b.data(), b.size()) == crc32c(seed, both.data(), both.size()));
  }));
}
