#include "distribution/identity/node_name.hpp"

#include <catch2/catch.hpp>

using warren::distribution::local_host_name;
using warren::distribution::parse_node_name;

namespace {
std::string parsed(const char* text, bool long_names = false, const char* host = "box") {
  const auto n = parse_node_name(text, long_names, host);
  return n ? n->full() : n.failure().text;
}
}  // namespace

TEST_CASE("a name without @ gets the local host") {
  CHECK(parsed("rabbit") == "rabbit@box");
  CHECK(parsed("rabbit@") == "rabbit@box");
  CHECK(parsed("Rabbit-1_a@other") == "Rabbit-1_a@other");
  CHECK(parsed("rabbit", true, "box.example.org") == "rabbit@box.example.org");
}

TEST_CASE("short and long names are told apart by the host's dots") {
  CHECK(parsed("rabbit@box.example.org").find("short names are in use, and the host \"box.example.org\" has dots") !=
        std::string::npos);
  CHECK(parsed("rabbit@box", true) ==
        "\"rabbit@box\" is not a valid node name: long names are in use, and the host \"box\" is not fully qualified "
        "(it has no dot)");
  CHECK(parsed("rabbit@127.0.0.1", true) == "rabbit@127.0.0.1");
  CHECK(parsed("rabbit@::1", true) == "rabbit@::1");
}

TEST_CASE("what is no node name is refused with the reason") {
  CHECK(parsed("@box") == "\"@box\" is not a valid node name: the part before @ is empty");
  CHECK(parsed("") == "\"\" is not a valid node name: the part before @ is empty");
  CHECK(parsed("a b@box") ==
        "\"a b@box\" is not a valid node name: the part before @ may hold letters, digits, _ and - only");
  CHECK(parsed("a@b@c") == "\"a@b@c\" is not a valid node name: \"b@c\" is not a host name");
  CHECK(parsed("a@b/c") == "\"a@b/c\" is not a valid node name: \"b/c\" is not a host name");
  CHECK(parsed((std::string(250, 'a') + "@hosts").c_str()).find("it is longer than 255 characters") !=
        std::string::npos);
}

TEST_CASE("the local short host has no dot") {
  CHECK_FALSE(local_host_name(false).empty());
  CHECK(local_host_name(false).find('.') == std::string::npos);
  CHECK_FALSE(local_host_name(true).empty());
}
