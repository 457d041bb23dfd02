#include "distribution/wire/epmd_codec.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "distribution/port_mapper/name_table.hpp"

using namespace warren::distribution::epmd;

namespace {
std::string bytes(std::initializer_list<int> octets) {
  std::string out;
  for (const int o : octets) out += static_cast<char>(o);
  return out;
}
std::optional<request> round_trip(const request& r) { return decode_request(std::string_view(encode(r)).substr(2)); }
}  // namespace

TEST_CASE("requests are written as Erlang writes them") {
  // "Distribution Protocol" 13.2: length, 120, port, type, protocol, highest, lowest, name length, name, extra length
  alive2_req r{25672, 77, 0, 6, 5, "rabbit", ""};
  CHECK(encode(request{r}) == bytes({0, 19, 120, 100, 72, 77, 0, 0, 6, 0, 5, 0, 6}) + "rabbit" + bytes({0, 0}));
  CHECK(encode(request{port_please2_req{"rabbit"}}) == bytes({0, 7, 122}) + "rabbit");
  CHECK(encode(request{names_req{}}) == bytes({0, 1, 110}));
}

TEST_CASE("every request survives the wire") {
  const request all[] = {alive2_req{1, 72, 0, 6, 5, "n", "extra"},
                         port_please2_req{"n"},
                         names_req{},
                         dump_req{},
                         kill_req{},
                         stop_req{"n"}};
  for (const auto& r : all) CHECK(round_trip(r) == r);
}

TEST_CASE("malformed requests are refused and nothing is read outside them") {
  rc::check([](const std::vector<char>& random) {
    const std::string body(random.begin(), random.end());
    const auto decoded = decode_request(body);
    if (decoded && !std::holds_alternative<alive2_req>(*decoded))
      RC_ASSERT(std::string_view(encode(*decoded)).substr(2) == body);
  });
  CHECK_FALSE(decode_request(""));
  CHECK_FALSE(decode_request("z"));
  CHECK_FALSE(decode_request("z" + std::string(256, 'a')));
  CHECK_FALSE(decode_request("zline\nbreak"));
  CHECK_FALSE(decode_request("nx"));
  CHECK_FALSE(decode_request("GET / HTTP/1.1"));
  CHECK_FALSE(decode_request(bytes({120, 100, 72, 77, 0, 0, 6, 0, 5, 0, 7}) + "rabbit"));
}

TEST_CASE("nodes of version 6 get a wide creation, older ones that of 16 bits") {
  name_table table;
  const auto modern = answer(table, {1, 77, 0, 6, 5, "a", ""});
  CHECK(encode(modern) == bytes({118, 0, 0, 0, 0, 4}));
  const auto old = answer(table, {1, 77, 0, 5, 5, "b", ""});
  CHECK(encode(old).size() == 4);
  CHECK(encode(old)[0] == 121);
  CHECK((old.creation >= 1 && old.creation <= 3));
  CHECK(encode(answer(table, {1, 77, 0, 6, 5, "a", ""})) == bytes({118, 1, 0, 0, 0, 0}));
  CHECK(encode(answer(table, {1, 77, 0, 5, 5, "a", ""})) == bytes({121, 1, 0, 0}));
  for (const auto& r : {modern, old}) CHECK(decode_alive2_resp(encode(r)) == r);
  CHECK_FALSE(decode_alive2_resp("v"));
  CHECK(alive2_resp_bytes('x') == 0);
}

TEST_CASE("a looked-up node comes back whole, an unknown one as unknown") {
  const alive2_req node{25672, 77, 0, 6, 5, "rabbit", "more"};
  CHECK(decode_port2_resp(encode_port2_resp(&node))->node == node);
  CHECK(encode_port2_resp(nullptr) == bytes({119, 1}));
  CHECK(decode_port2_resp(encode_port2_resp(nullptr))->result == 1);
  CHECK_FALSE(decode_port2_resp(encode_port2_resp(&node).substr(0, 10)));
  CHECK_FALSE(decode_port2_resp(""));
}

TEST_CASE("the list of names is read back, whatever else is in it") {
  const std::vector<name_and_port> nodes = {{"rabbit", 25672}, {"a at port b", 1}, {"hare", 65535}};
  const std::string sent = encode_names_resp(4369, {nodes[0], nodes[2]});
  CHECK(sent == bytes({0, 0, 17, 17}) + "name rabbit at port 25672\nname hare at port 65535\n");
  CHECK(*decode_names_resp(sent) == std::vector<name_and_port>{nodes[0], nodes[2]});
  CHECK(decode_names_resp(sent + "noise\nname x at port 99999\nname y at port 1x\nname  at port 1")->size() == 2);
  CHECK_FALSE(decode_names_resp("abc"));
  rc::check([](const std::vector<char>& random) { (void)decode_names_resp({random.data(), random.size()}); });
}

TEST_CASE("a freed name can be registered again, with another creation") {
  name_table table;
  const alive2_req node{1, 77, 0, 6, 5, "a", ""};
  const auto first = answer(table, node);
  table.remove("a");
  const auto second = answer(table, node);
  CHECK(second.result == 0);
  CHECK(second.creation != first.creation);
}
