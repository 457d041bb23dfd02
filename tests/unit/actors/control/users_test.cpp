#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;

TEST_CASE("a user lives through the commands of its life, with RabbitMQ's refusals") {
  node_fixture node;
  CHECK(node.result("add_user", {"alice", "s3cret"}).is_null());
  CHECK(node.failure("add_user", {"alice", "s3cret"}) == "70 User \"alice\" already exists");
  CHECK(node.failure("add_user", {"", "pw"}) == "65 Bad argument: user cannot be an empty string");
  CHECK(node.result("authenticate_user", {"alice", "s3cret"}) == "Success");
  CHECK(node.failure("authenticate_user", {"alice", "wrong"}) ==
        "65 Error: failed to authenticate user \"alice\"\nuser 'alice' - invalid credentials");
  CHECK(node.result("change_password", {"alice", "n3w"}).is_null());
  CHECK(node.result("authenticate_user", {"alice", "n3w"}) == "Success");
  CHECK(node.failure("change_password", {"nouser", "n3w"}) == "67 User \"nouser\" does not exist");
  CHECK(node.result("set_user_tags", {"alice", "administrator", "policymaker", "custom"}).is_null());
  CHECK(node.result("list_users") ==
        json::array{json::object{{"user", "alice"}, {"tags", json::array{"administrator", "policymaker", "custom"}}},
                    json::object{{"user", "guest"}, {"tags", json::array{"administrator"}}}});
  CHECK(node.result("set_user_tags", {"alice"}).is_null());
  CHECK(node.result("list_users").at(0).at("tags") == json::array{});
  CHECK(node.failure("set_user_tags", {"nouser", "administrator"}) == "67 User \"nouser\" does not exist");
  CHECK(node.result("clear_password", {"alice"}).is_null());
  CHECK(node.failure("authenticate_user", {"alice", "n3w"}).starts_with("65 "));
  CHECK(node.failure("clear_password", {"nouser"}).starts_with("67 "));
  CHECK(node.result("delete_user", {"alice"}).is_null());
  CHECK(node.failure("delete_user", {"alice"}) == "67 User \"alice\" does not exist");
}

TEST_CASE("limits of a user are set, shown and cleared one by one") {
  node_fixture node;
  CHECK(node.result("list_user_limits").at("value") == "{}");
  CHECK(node.result("set_user_limits", {"guest", R"({"max-connections": 2, "max-channels": 5})"}).is_null());
  CHECK(node.result("list_user_limits", {}, {{"user", "guest"}}).at("value") ==
        R"({"max-channels":5,"max-connections":2})");
  CHECK(node.result("list_user_limits", {}, {{"global", true}}) ==
        json::array{json::object{{"user", "guest"}, {"limits", R"({"max-channels":5,"max-connections":2})"}}});
  CHECK(node.result("clear_user_limits", {"guest", "max-connections"}).is_null());
  CHECK(node.result("list_user_limits", {}, {{"user", "guest"}}).at("value") == R"({"max-channels":5})");
  CHECK(node.result("clear_user_limits", {"guest", "all"}).is_null());
  CHECK(node.result("list_user_limits", {}, {{"user", "guest"}}).at("value") == "{}");
  CHECK(node.failure("set_user_limits", {"guest", R"({"nope": 2})"}) ==
        "69 Unrecognised terms [{<<\"nope\">>,2}] in user-limits");
  CHECK(node.failure("set_user_limits", {"guest", "notjson"}) == "69 JSON decoding error. Reason: badarg");
}

TEST_CASE("permissions refuse each mistake with its own code") {
  node_fixture node;
  node.apply(put_vhost{"v1", "", {}, "", false});
  CHECK(node.result("set_permissions", {"guest", "^alice-.*", ".*", ".*"}, {{"vhost", "v1"}}).is_null());
  CHECK(node.failure("set_permissions", {"guest", ".*", ".*", ".*"}, {{"vhost", "nosuch"}}) ==
        "69 Virtual host nosuch does not exist");
  CHECK(node.failure("set_permissions", {"nouser", ".*", ".*", ".*"}, {{"vhost", "v1"}}) ==
        "67 User nouser does not exist");
  CHECK(node.failure("set_permissions", {"guest", "(", ".*", ".*"}, {{"vhost", "v1"}}) ==
        "69 {:invalid_regexp, '(', {'missing )', 1}}");
  CHECK(node.result("list_permissions", {}, {{"vhost", "v1"}}) ==
        json::array{json::object{{"user", "guest"}, {"configure", "^alice-.*"}, {"write", ".*"}, {"read", ".*"}}});
  CHECK(node.failure("list_permissions", {}, {{"vhost", "nosuch"}}) == "65 Virtual host 'nosuch' does not exist");
  CHECK(node.result("list_user_permissions", {"guest"}).get_array().size() == 2);
  CHECK(node.failure("list_user_permissions", {"nouser"}) == "69 {:no_such_user, \"nouser\"}");
  CHECK(node.result("clear_permissions", {"guest"}, {{"vhost", "v1"}}).is_null());
  CHECK(node.result("list_permissions", {}, {{"vhost", "v1"}}) == json::array{});
  CHECK(node.result("set_topic_permissions", {"guest", "amq.topic", "^a", ".*"}, {{"vhost", "v1"}}).is_null());
  CHECK(node.result("list_topic_permissions", {}, {{"vhost", "v1"}}) ==
        json::array{json::object{{"user", "guest"}, {"exchange", "amq.topic"}, {"write", "^a"}, {"read", ".*"}}});
  CHECK(node.result("list_user_topic_permissions", {"guest"}).at(0).at("vhost") == "v1");
  CHECK(node.result("clear_topic_permissions", {"guest", "amq.topic"}, {{"vhost", "v1"}}).is_null());
  CHECK(node.result("list_topic_permissions", {}, {{"vhost", "v1"}}) == json::array{});
}
