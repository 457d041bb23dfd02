#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "actors/remote/wire/fields.hpp"
#include "actors/remote/wire/stream_end.hpp"

namespace warren::actors::wire {
namespace {

message_ref make(std::string_view body, std::string_view key = "key", std::string_view properties = std::string_view("\0\0", 2)) {
  block_builder builder(0);
  return builder.append({"exchange", key, properties, body, 77, 3, message::persistent});
}

std::string text_of(const message_ref& m) {
  if (!m) return "none";
  return std::string(m->exchange()) + "|" + std::string(m->routing_key()) + "|" + std::string(m->properties()) + "|" +
         std::string(m->body()) + "|" + std::to_string(m->expiration_ms) + "|" + std::to_string(m->priority) + "|" +
         std::to_string(m->flags);
}
std::string text_of(const delivery& d) {
  return std::to_string(d.consumer.value) + "," + std::to_string(d.channel.value) + "," + std::to_string(d.at) + "," +
         std::to_string(d.redelivered) + std::to_string(d.no_ack) + ":" + text_of(d.message);
}

/// Everything that a frame says, in one text; batches as their items, since they may be cut and joined on their way.
std::vector<std::string> texts_of(const frame& f) {
  std::vector<std::string> out;
  std::visit(
      [&](const auto& each) {
        using F = std::remove_cvref_t<decltype(each)>;
        if constexpr (std::is_same_v<F, publish>) {
          for (const publish_item& i : each.items)
            out.push_back("publish " + std::to_string(each.from.value) + " " + std::to_string(i.confirm_seq) + " " + text_of(i.message));
        } else if constexpr (std::is_same_v<F, deliver>) {
          for (const delivery& d : each.items) out.push_back("deliver " + text_of(d));
        } else if constexpr (std::is_same_v<F, got>) {
          out.push_back("got " + std::to_string(each.to.value) + " " + std::to_string(each.ready_left) + " " +
                        (each.message ? text_of(*each.message) : "empty"));
        } else if constexpr (std::is_same_v<F, reply>) {
          out.push_back("reply " + std::to_string(each.to.value) + each.secret + text_of(each.content));
        } else if constexpr (std::is_same_v<F, settle>) {
          for (const position p : each.positions) out.push_back("settle " + std::to_string(each.how) + " " + std::to_string(p));
        } else if constexpr (std::is_same_v<F, replenish>) {
          for (const auto& [c, n] : each.bytes) out.push_back("replenish " + std::to_string(c.value) + " " + std::to_string(n));
        } else if constexpr (std::is_same_v<F, published>) {
          // cut lists arrive pairwise: what matters is that every range does
          for (const auto& [a, b] : each.confirmed) out.push_back("confirmed " + std::to_string(a) + "-" + std::to_string(b));
          for (const auto& [a, b] : each.refused) out.push_back("refused " + std::to_string(a) + "-" + std::to_string(b));
        } else if constexpr (std::is_same_v<F, consume>) {
          const consumer_spec& s = each.spec;
          out.push_back("consume " + std::to_string(s.id.value) + " " + std::to_string(s.channel.value) + " " + s.tag + " " +
                        std::to_string(s.no_ack) + std::to_string(s.exclusive) + std::to_string(s.wants_grants) + " " +
                        std::to_string(s.priority) + " " + std::to_string(s.prefetch) + " " + std::to_string(s.window_bytes));
        } else {
          std::string fields_text;
          field_writer write(fields_text);
          fields(write, each);
          out.push_back(std::to_string(f.index()) + fields_text);
        }
      },
      f);
  return out;
}

std::uint64_t any_number() { return *rc::gen::arbitrary<std::uint64_t>(); }
std::string any_text(int longest) { return *rc::gen::container<std::string>(*rc::gen::inRange(0, longest), rc::gen::arbitrary<char>()); }

message_ref any_message() {
  // bodies around the border between what lies in batches and what travels in parts
  const int kind = *rc::gen::inRange(0, 12);
  const std::size_t bytes = kind == 0   ? static_cast<std::size_t>(*rc::gen::inRange(64 * 1024 - 100, 64 * 1024 + 100))
                            : kind == 1 ? static_cast<std::size_t>(*rc::gen::inRange(300'000, 900'000))
                                        : static_cast<std::size_t>(*rc::gen::inRange(0, 3000));
  std::string body(bytes, 'b');
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>(i * 31);
  return make(body, any_text(20), any_text(40));
}
delivery any_delivery() {
  return {consumer_id{any_number()},   channel_id{any_number()},   any_number(), any_message(),
          *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
}
std::optional<error> any_failure() {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return error{reply_code::not_found, any_text(100)};
}

frame any_frame() {
  const std::uint64_t n = any_number();
  const bool yes = *rc::gen::arbitrary<bool>();
  switch (*rc::gen::inRange(0, 27)) {
    case 0: {
      publish p{channel_id{n}, any_number() >> 8, {}};
      for (int i = *rc::gen::inRange(1, 40); i > 0; --i) p.items.push_back({any_message(), any_number()});
      return p;
    }
    case 1: {
      consumer_spec s{consumer_id{n},
                      channel_id{any_number()},
                      any_text(200),
                      yes,
                      *rc::gen::arbitrary<bool>(),
                      *rc::gen::arbitrary<std::int32_t>(),
                      *rc::gen::arbitrary<std::uint32_t>(),
                      *rc::gen::arbitrary<bool>(),
                      *rc::gen::arbitrary<std::int64_t>()};
      return consume{s};
    }
    case 2: return cancel{n, consumer_id{any_number()}};
    case 3: return channel_gone{channel_id{n}};
    case 4: return get{channel_id{n}, yes};
    case 5:
      return settle{static_cast<std::uint8_t>(n % 3),
                    *rc::gen::container<std::vector<position>>(*rc::gen::inRange(1, 6000), rc::gen::arbitrary<position>())};
    case 6: {
      replenish r;
      for (int i = *rc::gen::inRange(1, 10); i > 0; --i)
        r.bytes.emplace_back(consumer_id{any_number()}, *rc::gen::arbitrary<std::int64_t>());
      return r;
    }
    case 7: return grant{consumer_id{n}, *rc::gen::arbitrary<std::uint32_t>()};
    case 8: return ask_counts{n, yes};
    case 9: return purge{n};
    case 10: return check_delete{n, yes, *rc::gen::arbitrary<bool>()};
    case 11: {
      published p{channel_id{n}, 0, {}, {}};
      for (int i = *rc::gen::inRange(0, 5000); i > 0; --i) p.confirmed.emplace_back(any_number(), any_number());
      for (int i = *rc::gen::inRange(0, 5); i > 0; --i) p.refused.emplace_back(any_number(), any_number());
      return p;
    }
    case 12: {
      deliver d;
      for (int i = *rc::gen::inRange(1, 40); i > 0; --i) d.items.push_back(any_delivery());
      return d;
    }
    case 13: return consumed{consumer_id{n}, any_failure()};
    case 14: {
      got g{channel_id{n}, any_number(), std::nullopt};
      if (yes) g.message = any_delivery();
      return g;
    }
    case 15: return counted{n, any_number(), any_number()};
    case 16: return purged{n, any_number()};
    case 17: return delete_checked{n, any_number(), any_failure()};
    case 18: return cancelled{n, consumer_id{any_number()}};
    case 19: return wants_grant{consumer_id{n}};
    case 20: return unused_grant{consumer_id{n}, *rc::gen::arbitrary<std::uint32_t>()};
    case 21: return queue_down{yes};
    case 22: return reply{channel_id{n}, any_text(40), any_message()};
    case 23: return probe{n, channel_id{any_number()}, any_text(40)};
    case 24: return limit_channel{n, channel_id{any_number()}, yes};
    case 25: return channel_limited{n};
    default: return probed{n, yes};
  }
}

/// Texts of everything that came out, in order, except that a cut `published` interleaves its two lists: these are compared as sets.
struct said {
  std::vector<std::string> in_order;
  std::multiset<std::string> ranges;
  void add(const frame& f) {
    for (std::string& t : texts_of(f)) {
      if (std::holds_alternative<published>(f)) {
        ranges.insert(std::move(t));
      } else {
        in_order.push_back(std::move(t));
      }
    }
  }
  friend bool operator==(const said&, const said&) = default;
};

std::uint64_t credit_of(const frame& f) {
  if (const auto* p = std::get_if<publish>(&f)) return p->credit_bytes;
  if (const auto* p = std::get_if<published>(&f)) return p->credit_bytes;
  return 0;
}

}  // namespace

TEST_CASE("What goes into one end of a stream comes out of the other, in order, whole, with its credit") {
  rc::check([] {
    stream_end here(packet_kind::to_queue, 7, 42), there(packet_kind::to_channel, 7, 42);
    said sent, received;
    std::uint64_t credit_sent = 0, credit_received = 0;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
      frame f = any_frame();
      sent.add(f);
      credit_sent += credit_of(f);
      here.add(std::move(f));
    }
    std::string packet;
    std::vector<frame> frames, none;
    for (bool moved = true; moved;) {
      moved = false;
      while (here.next_packet(packet)) {
        moved = true;
        RC_ASSERT(packet.size() <= stream_end::packet_bytes);
        RC_ASSERT(there.receive(packet, frames).ok());
      }
      while (there.next_packet(packet)) RC_ASSERT(here.receive(packet, none).ok());
    }
    for (const frame& f : frames) {
      received.add(f);
      credit_received += credit_of(f);
    }
    RC_ASSERT(here.idle());
    RC_ASSERT(here.waiting_bytes() == 0u);
    RC_ASSERT(none.empty());
    RC_ASSERT(sent == received);
    RC_ASSERT(credit_sent == credit_received);
  });
}

TEST_CASE("Bytes that are cut short or changed are refused or mean something else, but never more than they are") {
  rc::check([] {
    frame_writer writer;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) writer.add(any_frame());
    std::string bytes;
    writer.fill(bytes, 1 << 20);
    if (*rc::gen::arbitrary<bool>()) bytes.resize(static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1)));
    for (int i = *rc::gen::inRange(0, 4); i > 0 && !bytes.empty(); --i)
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    frame_reader reader;
    std::vector<frame> frames;
    const bool read = reader.read(bytes, frames).ok();
    std::size_t said_bytes = 0;
    for (const frame& f : frames)
      for (const std::string& t : texts_of(f)) said_bytes += t.size();  // touches every byte of every message
    RC_ASSERT(read || !bytes.empty());
  });
}

TEST_CASE("A frame cut anywhere is refused") {
  frame_writer writer;
  publish batch{channel_id{1}, 5, {}};
  for (int i = 0; i < 5; ++i) batch.items.push_back({make("body"), 9});
  writer.add(std::move(batch));
  std::string bytes;
  writer.fill(bytes, 1 << 20);
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    frame_reader reader;
    std::vector<frame> frames;
    CHECK_FALSE(reader.read(bytes_view(bytes).substr(0, n), frames).ok());
    CHECK(frames.empty());
  }
}

TEST_CASE("A message of many megabytes is under way in parts, never more of it than the window") {
  stream_end here(packet_kind::to_queue, 1, 1), there(packet_kind::to_channel, 1, 1);
  const std::size_t body_bytes = 40u << 20;
  here.add(publish{channel_id{1}, 1, {{make(std::string(body_bytes, 'x')), 1}, {make("after"), 2}}});
  std::string packet;
  std::vector<frame> frames;
  std::uint64_t most = 0;
  for (;;) {
    bool sent = false;
    while (here.next_packet(packet)) {
      sent = true;
      most = std::max(most, here.under_way_bytes());
      REQUIRE(there.receive(packet, frames).ok());
    }
    std::vector<frame> none;
    while (there.next_packet(packet)) {
      sent = true;
      REQUIRE(here.receive(packet, none).ok());
    }
    if (!sent) break;
  }
  CHECK(most <= stream_end::window_bytes + stream_end::packet_bytes);
  std::vector<publish_item> items;
  for (frame& f : frames)
    for (publish_item& i : std::get<publish>(f).items) items.push_back(std::move(i));
  REQUIRE(items.size() == 2);
  CHECK(items[0].message->body_bytes == body_bytes);
  CHECK(items[0].message->body().back() == 'x');
  CHECK(items[1].message->body() == "after");
}

TEST_CASE("Nothing more is sent to an end that takes nothing in, and messages that wait are only referenced") {
  stream_end here(packet_kind::to_channel, 1, 1);
  for (int i = 0; i < 100; ++i) {
    deliver d;
    for (int k = 0; k < 100; ++k) d.items.push_back({consumer_id{1}, channel_id{1}, 1, make(std::string(1000, 'x')), false, false});
    here.add(std::move(d));
  }
  std::string packet;
  std::uint64_t bytes = 0;
  while (here.next_packet(packet)) bytes += packet.size();
  CHECK(bytes <= stream_end::window_bytes + stream_end::packet_bytes + 100 * packet_header::bytes);
  CHECK(here.waiting_bytes() > 7u << 20);
}

TEST_CASE("A missing packet, one of another stream and an acknowledgement of what was never sent are refused") {
  stream_end here(packet_kind::to_queue, 1, 1), there(packet_kind::to_channel, 1, 1);
  std::string first, second;
  std::vector<frame> frames;
  here.add(purge{1});
  REQUIRE(here.next_packet(first));
  here.add(purge{2});
  REQUIRE(here.next_packet(second));
  CHECK_FALSE(there.receive(second, frames).ok());
  stream_end other(packet_kind::to_channel, 2, 1);
  CHECK_FALSE(other.receive(first, frames).ok());
  std::string lie;
  packet_header{packet_kind::to_queue, 2, 1, 0, 1000}.append_to(lie);
  CHECK_FALSE(other.receive(lie, frames).ok());
  CHECK(frames.empty());
}

TEST_CASE("A frame in the middle of a large message is refused, as is a part that belongs to none") {
  const auto framed = [](std::string content) {
    std::string out(4, '\0');
    store_big_endian(out.data(), static_cast<std::uint32_t>(content.size()));
    return out + content;
  };
  frame_reader reader;
  std::vector<frame> frames;
  CHECK_FALSE(reader.read(framed(std::string("\x03part", 5)), frames).ok());
  frame_writer writer;
  writer.add(reply{channel_id{1}, "s", make(std::string(200'000, 'x'))});
  std::string some;
  writer.fill(some, 100'000);
  frame_reader begun;
  REQUIRE(begun.read(some, frames).ok());
  frame_writer small;
  small.add(purge{1});
  std::string whole;
  small.fill(whole, 1000);
  CHECK_FALSE(begun.read(whole, frames).ok());
  CHECK(frames.empty());
}

}  // namespace warren::actors::wire
