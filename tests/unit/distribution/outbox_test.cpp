#include "distribution/link/outbox.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace warren::distribution;

namespace {

struct received {
  std::uint16_t service;
  std::string bytes;
  friend bool operator==(const received&, const received&) = default;
};

std::vector<received> frames_of(const std::string& batch) {
  batch_reader in(batch);
  std::vector<received> out;
  link_frame f;
  while (in.next(f)) out.push_back({f.service, std::string(f.bytes)});
  REQUIRE(in.ok());
  return out;
}

}  // namespace

TEST_CASE("small messages share a batch of 64 KiB") {
  outbox o;
  for (int i = 0; i < 10'000; ++i) o.push(1, std::string(16, 'x'));
  const auto batch = o.next_batch();
  CHECK(batch.size() <= outbox::batch_bytes);
  CHECK(batch.size() > outbox::batch_bytes - 32);
}

TEST_CASE("messages of a service keep their order, and none is lost or doubled") {
  rc::check([] {
    outbox o(1000);
    inbox i(1000);
    std::map<std::uint16_t, std::vector<std::string>> sent, got;
    const auto take = [&] {
      for (;;) {
        const std::string batch = o.next_batch();
        if (batch.empty()) break;
        for (auto& f : frames_of(batch)) {
          i.took(f.bytes.size());
          got[f.service].push_back(std::move(f.bytes));
        }
      }
      RC_ASSERT(o.acknowledged(i.acknowledge()));
    };
    const auto sizes = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3000));
    for (std::size_t n = 0; n < sizes.size(); ++n) {
      const auto service = static_cast<std::uint16_t>(1 + sizes[n] % 5);
      sent[service].push_back(std::to_string(n) + std::string(static_cast<std::size_t>(sizes[n]), 'x'));
      o.push(service, sent[service].back());
      if (sizes[n] % 7 == 0) take();
    }
    while (o.queued_bytes() > 0) take();
    RC_ASSERT(sent == got);
    RC_ASSERT(o.in_flight_bytes() == 0u);
  });
}

TEST_CASE("no more than the window is under way, except for a single message") {
  outbox o(100'000);
  for (int i = 0; i < 100; ++i) o.push(1, std::string(10'000, 'x'));
  while (!o.next_batch().empty()) CHECK(o.in_flight_bytes() <= 100'000);
  CHECK(o.queued_bytes() > 0);
  CHECK(o.acknowledged(o.sent_bytes()));
  CHECK_FALSE(o.next_batch().empty());

  outbox large(100'000);
  large.push(1, std::string(500'000, 'x'));
  large.push(1, "y");
  CHECK(large.next_batch().size() > 500'000);
  CHECK(large.next_batch().empty());
}

TEST_CASE("an urgent message waits for one turn of a long transfer, not for its end") {
  outbox o(100 * 1024 * 1024);
  for (int i = 0; i < 50; ++i) o.push(3, std::string(1'000'000, 'x'));
  (void)o.next_batch();
  o.push(1, "urgent");
  bool found = false;
  for (int i = 0; i < 2 && !found; ++i)
    for (const auto& f : frames_of(o.next_batch())) found |= f.bytes == "urgent";
  CHECK(found);
}

TEST_CASE("services with much to say take turns of 64 KiB") {
  outbox o(100 * 1024 * 1024);
  for (int i = 0; i < 1000; ++i) o.push(1, std::string(1000, 'a')), o.push(2, std::string(1000, 'b'));
  std::size_t a = 0, b = 0;
  for (int i = 0; i < 8; ++i)
    for (const auto& f : frames_of(o.next_batch())) (f.service == 1 ? a : b) += f.bytes.size();
  CHECK(std::max(a, b) - std::min(a, b) <= 2 * outbox::batch_bytes);
}

TEST_CASE("acknowledgements that cannot be are refused") {
  outbox o;
  o.push(1, "abc");
  (void)o.next_batch();
  CHECK_FALSE(o.acknowledged(10));
  CHECK(o.acknowledged(9));
  CHECK_FALSE(o.acknowledged(8));
}

TEST_CASE("acknowledgements are owed after an eighth of the window") {
  inbox i(8000);
  i.took(500);
  CHECK(i.has_news());
  CHECK_FALSE(i.ack_is_due());
  i.took(600);
  CHECK(i.ack_is_due());
  CHECK(i.acknowledge() == 1112);
  CHECK_FALSE(i.has_news());
}

TEST_CASE("a truncated batch is noticed") {
  std::string batch;
  append_frame(batch, 1, "hello");
  batch.pop_back();
  batch_reader in(batch);
  link_frame f;
  CHECK_FALSE(in.next(f));
  CHECK_FALSE(in.ok());
}
