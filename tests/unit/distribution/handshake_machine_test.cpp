#include "distribution/handshake/handshake_machine.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "distribution/handshake/refusal_log.hpp"

using namespace warren::distribution;
using side = handshake_machine::side;
using state = handshake_machine::state;

namespace {

hello hello_of(const std::string& name, char fresh, link_role role = link_role::node) {
  hello h;
  h.role = role;
  h.name = name;
  h.incarnation = static_cast<unsigned char>(fresh);
  h.fresh.fill(fresh);
  return h;
}

handshake_machine dialler(const std::string& cookie = "COOKIE", char fresh = 'd', const std::string& expected = "b@h") {
  return {side::dialler, hello_of("a@h", fresh), cookie, expected};
}
handshake_machine acceptor(const std::string& cookie = "COOKIE", char fresh = 'a', const std::string& name = "b@h") {
  return {side::acceptor, hello_of(name, fresh), cookie};
}

/// Feeds in pieces of `step` bytes; what does not fit any more is left.
std::string feed(handshake_machine& m, std::string bytes, std::size_t step = 1000) {
  std::string out;
  while (!bytes.empty() && m.wanted()) {
    const std::size_t n = std::min({bytes.size(), m.wanted(), step});
    out += m.consume(bytes.substr(0, n));
    bytes.erase(0, n);
  }
  return out;
}

/// Carries bytes to and fro until nobody has any; the acceptor accepts.
void talk(handshake_machine& d, handshake_machine& a, verdict v = verdict::accepted, std::size_t step = 1000) {
  std::string to_a = d.start();
  while (!to_a.empty()) {
    std::string to_d = feed(a, to_a, step);
    if (a.current() == state::deciding) to_d += a.decide(v);
    to_a = feed(d, to_d, step);
  }
}

}  // namespace

TEST_CASE("two sides with one cookie accept each other and name the connection alike") {
  auto d = dialler();
  auto a = acceptor();
  talk(d, a);
  REQUIRE(d.current() == state::done);
  REQUIRE(a.current() == state::done);
  CHECK(d.peer() == hello_of("b@h", 'a'));
  CHECK(a.peer() == hello_of("a@h", 'd'));
  CHECK(d.token() == a.token());
  CHECK(d.token() != 0);
}

TEST_CASE("the bytes may come in any pieces") {
  rc::check([] {
    const auto step = *rc::gen::inRange<std::size_t>(1, 60);
    auto d = dialler();
    auto a = acceptor();
    talk(d, a, verdict::accepted, step);
    RC_ASSERT(d.current() == state::done);
    RC_ASSERT(a.current() == state::done);
  });
}

TEST_CASE("a machine never wants bytes that stand behind the handshake") {
  auto d = dialler();
  auto a = acceptor();
  std::string to_d = feed(a, d.start());
  (void)feed(a, feed(d, to_d));
  const std::string last = a.decide(verdict::accepted) + "what follows";
  CHECK(feed(d, last).empty());
  CHECK(d.current() == state::done);
  CHECK(d.wanted() == 0);
}

TEST_CASE("another cookie is refused on both sides, and the acceptor proves nothing to it") {
  auto d = dialler("WRONG");
  auto a = acceptor();
  const std::string proof = feed(d, feed(a, d.start()));
  const std::string answer = feed(a, proof);
  CHECK(answer == std::string(1, '\1'));
  CHECK(a.why() == refusal::wrong_cookie);
  (void)feed(d, answer);
  CHECK(d.why() == refusal::wrong_cookie);
  CHECK(d.explain() == "the Erlang cookies differ");
}

TEST_CASE("an acceptor without the cookie that says accepted is found out") {
  auto d = dialler();
  auto a = acceptor("WRONG");
  (void)feed(d, feed(a, d.start()));
  (void)feed(d, std::string(1, '\0') + std::string(32, 'x'));
  CHECK(d.current() == state::refused);
  CHECK(d.why() == refusal::wrong_cookie);
}

TEST_CASE("a recorded dial is worthless against another nonce") {
  auto d = dialler();
  auto a = acceptor();
  const std::string first = d.start();
  const std::string second = feed(d, feed(a, first));
  auto later = acceptor("COOKIE", 'A');
  (void)feed(later, first);
  (void)feed(later, second);
  CHECK(later.why() == refusal::wrong_cookie);
}

TEST_CASE("a recorded acceptance is worthless against another nonce") {
  auto d = dialler();
  auto a = acceptor();
  const std::string answer = feed(a, d.start());
  (void)feed(a, feed(d, answer));
  const std::string acceptance = a.decide(verdict::accepted);
  auto later = dialler("COOKIE", 'D');
  (void)feed(later, answer);
  (void)feed(later, acceptance);
  CHECK(later.why() == refusal::wrong_cookie);
}

TEST_CASE("an answer cannot be reflected: the labels differ") {
  // M without the cookie accepts A's dial as "b@h" and dials A as "b@h", to have A's own proofs serve it
  handshake_machine dials(side::dialler, hello_of("a@h", 'd'), "COOKIE", "b@h");
  handshake_machine accepts(side::acceptor, hello_of("a@h", 'q'), "COOKIE");
  const std::string dial_hello = dials.start();
  const std::string accept_hello = feed(accepts, encode(hello_of("b@h", 'm')));
  // M's answer to the dial has the nonce that A gave as acceptor, and the other way round
  hello m = hello_of("b@h", 'q');
  const std::string proof = feed(dials, encode(m));
  REQUIRE(proof.size() == 32);
  (void)feed(accepts, proof);
  CHECK(accepts.why() == refusal::wrong_cookie);
}

TEST_CASE("a changed octet anywhere in the handshake is refused") {
  rc::check([] {
    auto d = dialler();
    auto a = acceptor();
    auto flip = [](std::string bytes) {
      if (bytes.empty()) return bytes;
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^= static_cast<char>(1 << *rc::gen::inRange(0, 8));
      return bytes;
    };
    const int where = *rc::gen::inRange(0, 4);
    std::string first = d.start();
    if (where == 0) first = flip(first);
    std::string second = feed(a, first);
    if (where == 1) second = flip(second);
    std::string third = feed(d, second);
    if (where == 2) third = flip(third);
    std::string fourth = a.current() == state::reading ? feed(a, third) : "";
    if (a.current() == state::deciding) fourth = a.decide(verdict::accepted);
    if (where == 3) fourth = flip(fourth);
    (void)feed(d, fourth);
    RC_ASSERT(d.current() != state::done);
  });
}

TEST_CASE("garbage is refused at its first octet that cannot be a hello, without an answer") {
  auto a = acceptor();
  CHECK(a.consume("G").empty());
  CHECK(a.why() == refusal::garbage);
  auto b = acceptor();
  CHECK(feed(b, "WRNX1234").empty());
  CHECK(b.why() == refusal::garbage);
  auto c = acceptor();  // the right magic around nonsense
  (void)feed(c, std::string("WRNL\0\1\0\x60", 8) + std::string(88, '\xff'));
  CHECK(c.why() == refusal::garbage);
}

TEST_CASE("an oversized hello is refused by its length, before it is read") {
  auto a = acceptor();
  (void)feed(a, std::string("WRNL\0\1\x02\x01", 8));
  CHECK(a.why() == refusal::oversized);
  CHECK(a.wanted() == 0);
}

TEST_CASE("another version is told which one this is") {
  auto a = acceptor();
  const std::string answer = feed(a, std::string("WRNL\0\7\0\x60", 8));
  CHECK(a.why() == refusal::other_version);
  CHECK(a.explain() == "other version of the link protocol: 7 (ours: 1)");
  CHECK(answer == encode(hello_of("b@h", 'a')));
  auto d = dialler();
  (void)feed(d, std::string("WRNL\0\2\0\x60", 8));
  CHECK(d.explain() == "other version of the link protocol: 2 (ours: 1)");
}

TEST_CASE("a node of the own name is refused on both sides") {
  auto d = dialler("COOKIE", 'd', "");
  auto a = acceptor("COOKIE", 'a', "a@h");
  talk(d, a);
  CHECK(a.why() == refusal::same_name);
  CHECK(d.why() == refusal::same_name);
}

TEST_CASE("a dialler insists on the node that it dialled") {
  auto d = dialler();
  auto a = acceptor("COOKIE", 'a', "c@h");
  talk(d, a);
  CHECK(d.explain() == "a node of another name answered: c@h (expected: b@h)");
}

TEST_CASE("the acceptor's verdict reaches the dialler") {
  const std::pair<verdict, refusal> all[] = {{verdict::already_linked, refusal::already_linked},
                                             {verdict::mine_wins, refusal::lost_simultaneous},
                                             {verdict::name_taken, refusal::name_taken},
                                             {verdict::role_refused, refusal::role_refused},
                                             {static_cast<verdict>(99), refusal::unknown_verdict}};
  for (const auto& [v, r] : all) {
    auto d = dialler();
    auto a = acceptor();
    talk(d, a, v);
    CHECK(d.why() == r);
    CHECK(a.why() == r);
    CHECK_FALSE(describe(r).empty());
  }
}

TEST_CASE("closing and silence end a handshake that is under way, and change nothing afterwards") {
  auto a = acceptor();
  a.closed();
  CHECK(a.why() == refusal::closed);
  auto b = acceptor();
  b.timed_out();
  CHECK(b.why() == refusal::silent);
  auto d = dialler();
  auto c = acceptor();
  talk(d, c);
  d.timed_out();
  c.closed();
  CHECK(d.current() == state::done);
  CHECK(c.current() == state::done);
}

TEST_CASE("hellos survive the wire, and none is longer than 512 bytes") {
  rc::check([] {
    hello h;
    h.role = *rc::gen::element(link_role::node, link_role::cli);
    h.name = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('!', '~')));
    h.name.resize(std::min<std::size_t>(h.name.size(), 255));
    h.incarnation = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(encode(h).size() <= max_hello_bytes);
    RC_ASSERT(std::get<hello>(decode_hello(encode(h))) == h);
  });
}

TEST_CASE("refusals of one kind from one host get one line a minute, with a count of the others") {
  refusal_log log;
  CHECK(log.note("10.0.0.1", "x", 0).write);
  for (int i = 1; i <= 5; ++i) CHECK_FALSE(log.note("10.0.0.1", "x", i).write);
  CHECK(log.note("10.0.0.1", "y", 6).write);
  CHECK(log.note("10.0.0.2", "x", 6).write);
  const auto again = log.note("10.0.0.1", "x", refusal_log::quiet_ms);
  CHECK(again.write);
  CHECK(again.left_out == 5);
  for (int i = 0; i < 10'000; ++i) (void)log.note(std::to_string(i), "x", 7);  // bounded: the oldest are forgotten
  CHECK(log.note("10.0.0.2", "x", 8).write);
}
