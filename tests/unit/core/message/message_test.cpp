#include "core/message/message.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace warren;

TEST_CASE("a record holds its parts back to back and is padded with zeros", "[message]") {
  block_builder builder;
  for (std::size_t body = 0; body < 40; ++body) {
    for (const std::size_t key : {0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 255}) {
      const std::string routing_key(key, 'k'), text(body, 'b');
      const message_ref m = builder.append({.exchange = "x",
                                            .routing_key = routing_key,
                                            .properties = bytes_view("\0\0", 2),
                                            .body = text,
                                            .expiration_ms = 5,
                                            .priority = 3,
                                            .flags = message::persistent});
      REQUIRE(m->exchange() == "x");
      REQUIRE(m->routing_key() == routing_key);
      REQUIRE(m->properties() == bytes_view("\0\0", 2));
      REQUIRE(m->body() == text);
      REQUIRE(m->expiration_ms == 5);
      REQUIRE(m->priority == 3);
      REQUIRE(m->is(message::persistent));
      REQUIRE(m->record_bytes % 8 == 0);
      const char* end = reinterpret_cast<const char*>(m.get()) + m->record_bytes;
      for (const char* at = m->body().data() + body; at < end; ++at) REQUIRE(*at == 0);
    }
  }
}

TEST_CASE("messages outlive their builder, in whatever order they are let go", "[message]") {
  std::vector<message_ref> kept;
  {
    block_builder builder(4096);
    for (int i = 0; i < 1000; ++i) kept.push_back(builder.append({.routing_key = "k", .body = std::to_string(i)}));
    kept.push_back(builder.append({.body = std::string(100'000, 'x')}));
  }
  for (std::size_t i = 0; i < 1000; i += 3) kept[i] = {};
  for (std::size_t i = 1; i < 1000; i += 3) REQUIRE(kept[i]->body() == std::to_string(i));
  REQUIRE(kept.back()->body().size() == 100'000);
}

TEST_CASE("a copied block of records is adopted in order", "[message]") {
  block_builder builder;
  std::string bytes;
  for (int i = 0; i < 5; ++i) {
    const message_ref m =
        builder.append({.exchange = "e", .routing_key = "k", .body = std::string(static_cast<std::size_t>(i), 'b')});
    bytes.append(reinterpret_cast<const char*>(m.get()), m->record_bytes);
  }
  const auto adopt = [](const std::string& from, std::vector<message_ref>& out) {
    block* b = block::allocate(static_cast<std::uint32_t>(from.size()));
    std::memcpy(b->payload(), from.data(), from.size());
    const auto n = adopt_records(b, static_cast<std::uint32_t>(from.size()), [&](message_ref m) { out.push_back(m); });
    b->release();
    return n;
  };
  std::vector<message_ref> adopted;
  REQUIRE(adopt(bytes, adopted) == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(adopted[i]->body().size() == i);
  adopted.clear();
  CHECK(adopt(bytes.substr(0, bytes.size() - 8), adopted) == -1);
}
