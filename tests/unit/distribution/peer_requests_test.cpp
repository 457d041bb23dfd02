#include "distribution/peer_requests.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

using namespace warren::distribution;

namespace {

struct fake_transport : peer_transport {
  bool linked = true;
  std::vector<std::string> sent;
  void subscribe(service, caf::actor) override {}
  bool send(const std::string&, service, std::string bytes) override {
    if (linked) sent.push_back(std::move(bytes));
    return linked;
  }
  [[nodiscard]] std::vector<std::string> peers() const override { return {}; }
  void keep(const std::string&) override {}
  void release(const std::string&) override {}
};

struct side {
  fake_transport transport;
  peer_requests requests{transport, service::control, 1000};
  std::vector<std::string> answers;
  answer_handler collect() {
    return [this](answer a) {
      if (const auto* bytes = std::get_if<std::string>(&a))
        answers.push_back(*bytes);
      else
        answers.push_back(std::get<request_failure>(a) == request_failure::peer_gone ? "gone" : "late");
    };
  }
};

}  // namespace

TEST_CASE("a question is answered by its peer") {
  side a, b;
  a.requests.ask("b", "how many?", 100, a.collect());
  const auto q = b.requests.on_message({"a", 1, a.transport.sent.at(0)});
  REQUIRE(q);
  CHECK(q->bytes == "how many?");
  b.requests.reply(*q, "seven");
  CHECK_FALSE(a.requests.on_message({"b", 1, b.transport.sent.at(0)}));
  CHECK(a.answers == std::vector<std::string>{"seven"});
  (void)a.requests.on_message({"b", 1, b.transport.sent.at(0)});
  a.requests.on_time(1000);
  a.requests.on_down({"b", 1});
  CHECK(a.answers.size() == 1);
}

TEST_CASE("the end of the link, its absence and the deadline are answers too, each once") {
  side a;
  a.requests.ask("b", "1", 100, a.collect());
  a.requests.ask("c", "2", 200, a.collect());
  a.requests.on_down({"b", 1});
  CHECK(a.answers == std::vector<std::string>{"gone"});
  CHECK(a.requests.next_deadline_ms() == 200);
  a.requests.on_time(199);
  CHECK(a.requests.open() == 1);
  a.requests.on_time(200);
  CHECK(a.answers == std::vector<std::string>{"gone", "late"});
  a.transport.linked = false;
  a.requests.ask("d", "3", 300, a.collect());
  CHECK(a.answers.back() == "gone");
  CHECK(a.requests.open() == 0);
  CHECK_FALSE(a.requests.next_deadline_ms());
}

TEST_CASE("another peer's answer, a late one and nonsense find nobody") {
  side a, b;
  a.requests.ask("b", "1", 100, a.collect());
  const auto q = b.requests.on_message({"a", 1, a.transport.sent.at(0)});
  b.requests.reply(*q, "x");
  CHECK_FALSE(a.requests.on_message({"mallory", 1, b.transport.sent.at(0)}));
  CHECK_FALSE(a.requests.on_message({"b", 1, ""}));
  CHECK_FALSE(a.requests.on_message({"b", 1, std::string(20, '\x7')}));
  CHECK(a.answers.empty());
  CHECK(a.requests.open() == 1);
}

TEST_CASE("whoever asks again from an answer is not disturbed by the end of the same link") {
  side a;
  a.requests.ask("b", "1", 100, [&](answer) { a.requests.ask("b", "2", 200, a.collect()); });
  a.requests.on_down({"b", 1});
  CHECK(a.requests.open() == 1);
}
