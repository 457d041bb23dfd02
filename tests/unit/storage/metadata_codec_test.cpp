#include "storage/metadata_codec.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace warren;
using namespace warren::storage;

namespace {

field_table some_table() {
  field_table inner, t;
  inner.set("n", field_value::int64(-7));
  t.set("x-message-ttl", field_value::int32(5));
  t.set("s", field_value::long_string(std::string("a\0b", 3)));
  t.set("b", field_value::boolean(true));
  t.set("list", field_value::array({field_value::table(inner), field_value{}}));
  return t;
}

/// One of every kind, every field different from its default.
std::vector<command> one_of_each() {
  const binding_record binding{"src", destination_kind::exchange, "dst", "key", some_table()};
  return {put_vhost{"v", "d", {"t1", "t2"}, "classic", true},
          delete_vhost{"v"},
          set_vhost_limits{"v", {5, -1}},
          set_vhost_tracing{"v", true},
          put_user{"u", std::string("\0\xff\x80", 3), "sha", {"administrator"}, true},
          delete_user{"u"},
          set_password{"u", "hash", "alg"},
          set_user_tags{"u", {"a", "", "c"}},
          set_user_limits{"u", {std::nullopt, 9}},
          set_permission{"u", "v", "c", "w", "r"},
          clear_permission{"u", "v"},
          set_topic_permission{"u", "v", "x", "w", "r"},
          clear_topic_permission{"u", "v", "x", true},
          set_policy{"v", policy_kind::operator_, "n", "p", "queues", -3, some_table()},
          clear_policy{"v", policy_kind::operator_, "n"},
          set_parameter{"v", "c", "n", "{}"},
          clear_parameter{"v", "c", "n"},
          set_global_parameter{"n", "1"},
          clear_global_parameter{"n"},
          declare_exchange{"v", "x", "topic", true, true, true, some_table(), true},
          delete_exchange{"v", "x", true},
          declare_queue{"v", "q", true, true, connection_id{4}, some_table(), "rabbit@h", true, queue_id{77}},
          delete_queue{"v", "q", queue_id{77}},
          bind{"v", binding},
          unbind{"v", binding},
          delete_exclusive_queues{connection_id{4}},
          reserve_queue_ids{99},
          put_node{"rabbit@a", true, "3.10.8"},
          remove_node{"rabbit@a"}};
}

metadata_machine furnished() {
  metadata_machine m;
  const auto must = [&m](const command& c) { REQUIRE(m.apply(c).result.ok()); };
  must(put_vhost{"/", "", {}, "", false});
  must(put_user{"guest", "hash", "sha", {"administrator"}, true});
  must(set_permission{"guest", "/", ".*", ".*", ".*"});
  must(declare_exchange{"/", "x", "topic", true, false, false, some_table(), false});
  for (int i = 0; i < 20; ++i) {
    declare_queue q;
    q.vhost = "/";
    q.name = "q" + std::to_string(i);
    q.durable = i % 2 == 0;
    must(q);
    must(bind{"/", {"x", destination_kind::queue, q.name, "k." + std::to_string(i), {}}});
  }
  return m;
}

}  // namespace

TEST_CASE("every command comes back as it was written", "[metadata_codec]") {
  const auto commands = one_of_each();
  REQUIRE(commands.size() == std::variant_size_v<command>);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    INFO(command_name(commands[i]));
    REQUIRE(commands[i].index() == i);
    const std::string bytes = encode_command(commands[i]);
    const auto back = decode_command(bytes);
    REQUIRE(back.ok());
    CHECK(back->index() == i);
    CHECK(encode_command(*back) == bytes);
  }
  const auto queue = decode_command(encode_command(commands[21]));
  const auto& q = std::get<declare_queue>(*queue);
  CHECK(q.arguments == some_table());
  CHECK(q.id == queue_id{77});
  CHECK(q.exclusive_owner == connection_id{4});
  CHECK(std::get<put_user>(*decode_command(encode_command(commands[4]))).password_hash == std::string("\0\xff\x80", 3));
}

TEST_CASE("the version number stands first, another one is refused", "[metadata_codec]") {
  std::string bytes = encode_command(delete_user{"u"});
  CHECK(bytes[0] == static_cast<char>(metadata_format_version));
  bytes[0] = 99;
  const auto refused = decode_command(bytes);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.failure().text.find("format version 99") != std::string::npos);
}

TEST_CASE("a command cut short anywhere, or with something behind it, is an error", "[metadata_codec]") {
  for (const command& c : one_of_each()) {
    const std::string bytes = encode_command(c);
    for (std::size_t n = 0; n < bytes.size(); ++n) CHECK_FALSE(decode_command(bytes_view(bytes).substr(0, n)).ok());
    CHECK_FALSE(decode_command(bytes + '\0').ok());
  }
}

TEST_CASE("any flipped bits give an error or another command, never a crash or a large allocation",
          "[metadata_codec]") {
  const auto commands = one_of_each();
  CHECK(rc::check("mutations", [&commands] {
    std::string bytes = encode_command(*rc::gen::elementOf(commands));
    const int flips = *rc::gen::inRange(1, 6);
    for (int i = 0; i < flips; ++i)
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    if (const auto decoded = decode_command(bytes)) (void)encode_command(*decoded);
  }));
  for (const command& c : commands) {  // and every single byte set to the nastiest values
    const std::string good = encode_command(c);
    for (std::size_t i = 2; i < good.size(); ++i) {
      for (const char nasty : {'\xff', '\x7f', '\x80', '\x00'}) {
        std::string bytes = good;
        bytes[i] = nasty;
        if (const auto decoded = decode_command(bytes)) (void)encode_command(*decoded);
      }
    }
  }
}

TEST_CASE("a state comes back with its durable part", "[metadata_codec]") {
  const metadata_machine m = furnished();
  const std::string bytes = encode_state(*m.snapshot());
  const auto back = decode_state(bytes);
  REQUIRE(back.ok());
  const vhost_ptr v = (*back)->find_vhost("/");
  REQUIRE(v != nullptr);
  CHECK(v->queues.size() == 10);
  CHECK(v->find_exchange("x")->bindings.size() == 10);
  CHECK(v->find_queue("q4")->record->id == m.snapshot()->find_vhost("/")->find_queue("q4")->record->id);
  CHECK((*back)->next_queue_id == m.snapshot()->next_queue_id);
  CHECK(encode_state(**back).size() == bytes.size());
  CHECK(decode_state(encode_state(broker_state{})).ok());
}

TEST_CASE("a damaged state is an error", "[metadata_codec]") {
  const std::string bytes = encode_state(*furnished().snapshot());
  for (std::size_t n = 0; n < bytes.size(); n += 7) CHECK_FALSE(decode_state(bytes_view(bytes).substr(0, n)).ok());
  CHECK_FALSE(decode_state(bytes + "x").ok());
}
