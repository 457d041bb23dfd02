#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;

TEST_CASE("a vhost is added once, described, tagged and deleted") {
  node_fixture node;
  CHECK(node.result("add_vhost", {"v2"}, {{"description", "second"}, {"tags", "a,b"}}).is_null());
  CHECK(node.result("add_vhost", {"v2"}, {{"description", "another"}}).is_null());
  CHECK(node.result("list_vhosts", {"name", "description", "tags", "tracing", "default_queue_type", "cluster_state"})
            .at(1) == json::object{{"name", "v2"},
                                   {"description", "second"},
                                   {"tags", json::array{"a", "b"}},
                                   {"tracing", false},
                                   {"default_queue_type", "undefined"},
                                   {"cluster_state", json::object{{"rabbit@box", "running"}}}});
  CHECK(node.result("set_vhost_tags", {"v2", "x", "y"}).is_null());
  CHECK(node.result("list_vhosts", {"tags"}).at(1).at("tags") == json::array{"x", "y"});
  CHECK(node.result("list_vhosts") == json::array{json::object{{"name", "/"}}, json::object{{"name", "v2"}}});
  CHECK(node.failure("list_vhosts", {"name", "metadata"}) == "64 Info key(s) metadata are not supported");
  CHECK(node.result("restart_vhost", {}, {{"vhost", "v2"}}) == "Vhost 'v2' is already running on node 'rabbit@box'");
  CHECK(node.result("delete_vhost", {"v2"}).is_null());
  CHECK(node.failure("delete_vhost", {"v2"}) == "65 Virtual host 'v2' does not exist");
  CHECK(node.failure("set_vhost_tags", {"v2", "x"}) == "65 Virtual host 'v2' does not exist");
  CHECK(node.failure("add_vhost", {"v3"}, {{"default-queue-type", "odd"}}).starts_with("64 "));
}

TEST_CASE("limits and tracing of a vhost") {
  node_fixture node;
  CHECK(node.result("list_vhost_limits").at("value") == "");
  CHECK(node.result("set_vhost_limits", {R"({"max-connections": 64, "max-queues": 256})"}).is_null());
  CHECK(node.result("list_vhost_limits").at("value") == R"({"max-connections":64,"max-queues":256})");
  CHECK(node.result("list_vhost_limits", {}, {{"global", true}}).get_array().size() == 1);
  CHECK(node.failure("set_vhost_limits", {R"({"nope": 64})"}) ==
        "69 Validation failed\n\nUnrecognised terms [{<<\"nope\">>,64}] in limits\n");
  CHECK(node.result("clear_vhost_limits").is_null());
  CHECK(node.result("list_vhost_limits").at("value") == "");
  CHECK(node.result("trace_on") == "Trace enabled for vhost /");
  CHECK(node.services->metadata_now.get()->find_vhost("/")->record->tracing);
  CHECK(node.result("trace_off") == "Trace disabled for vhost /");
  CHECK_FALSE(node.services->metadata_now.get()->find_vhost("/")->record->tracing);
  CHECK(node.failure("trace_on", {}, {{"vhost", "nosuch"}}) == "65 Virtual host 'nosuch' does not exist");
}

TEST_CASE("policies are set, listed as their tool prints them, refused with their texts and cleared") {
  node_fixture node;
  CHECK(node.result("set_policy", {"ttl", "^q", R"({"message-ttl":604800000,"dead-letter-exchange":"dlx"})"},
                    {{"priority", "7"}, {"apply-to", "queues"}})
            .is_null());
  CHECK(node.result("list_policies") ==
        json::array{json::object{{"vhost", "/"},
                                 {"name", "ttl"},
                                 {"pattern", "^q"},
                                 {"apply-to", "queues"},
                                 {"definition", R"({"dead-letter-exchange":"dlx","message-ttl":604800000})"},
                                 {"priority", 7}}});
  CHECK(node.failure("set_policy", {"bad", "^x", R"({"nosuch-key":1})"}) ==
        "69 Validation failed\n\n[{<<\"nosuch-key\">>,1}] are not recognised policy settings\n");
  CHECK(node.failure("set_policy", {"bad", "^x", R"({"max-length":1})"}, {{"apply-to", "wombats"}}) ==
        "69 Validation failed\n\napply-to 'wombats' unrecognised; should be 'queues', 'exchanges' or 'all'\n");
  CHECK(node.failure("set_policy", {"bad", "(", R"({"max-length":1})"}) ==
        "69 Validation failed\n\npattern should be regular expression but is invalid: {\"missing )\",1}\n");
  CHECK(node.failure("set_policy", {"bad", "^x", "not json"}) == "69 JSON decoding error. Reason: badarg");
  CHECK(node.failure("set_policy", {"bad", "^x", "{}"}, {{"vhost", "nosuch"}}) ==
        "65 Virtual host 'nosuch' does not exist");
  CHECK(node.result("clear_policy", {"ttl"}).is_null());
  CHECK(node.failure("clear_policy", {"ttl"}) == "69 Parameter does not exist");
  CHECK(node.result("set_operator_policy", {"op", "^op", R"({"expires":60000})"}, {{"priority", "2"}}).is_null());
  CHECK(node.result("list_operator_policies").at(0).at("apply-to") == "queues");
  CHECK(node.failure("set_operator_policy", {"op2", "^op", R"({"ha-mode":"all"})"}) ==
        "69 Validation failed\n\n[{<<\"ha-mode\">>,<<\"all\">>}] are not recognised policy settings\n");
  CHECK(node.result("clear_operator_policy", {"op"}).is_null());
}

TEST_CASE("parameters of a vhost and of the cluster") {
  node_fixture node;
  CHECK(node.result("set_parameter", {"federation-upstream", "up", R"({"uri":"amqp://a", "expires":3600000})"})
            .is_null());
  CHECK(
      node.result("list_parameters") ==
      json::array{json::object{
          {"component", "federation-upstream"}, {"name", "up"}, {"value", R"({"expires":3600000,"uri":"amqp://a"})"}}});
  CHECK(node.failure("set_parameter", {"nosuch", "tmp", "{}"}) ==
        "69 Validation failed\n\ncomponent nosuch not found\n");
  CHECK(node.failure("clear_parameter", {"federation-upstream", "nosuch"}) == "69 Parameter does not exist");
  CHECK(node.result("clear_parameter", {"federation-upstream", "up"}).is_null());
  CHECK(node.result("set_parameter", {"policy", "p", R"({"pattern":"^p","definition":{"max-length":1},"priority":3})"})
            .is_null());
  CHECK(node.result("list_policies").at(0).at("priority") == 3);
  CHECK(node.result("set_parameter", {"vhost-limits", "limits", R"({"max-queues":5})"}).is_null());
  CHECK(node.result("list_parameters").at(0).at("value") == R"({"max-queues":5})");
  CHECK(node.result("set_global_parameter", {"my-global", R"({"b":"x","a":1})"}).is_null());
  CHECK(node.result("set_cluster_name", {"cc-prod"}).is_null());
  CHECK(node.result("list_global_parameters") ==
        json::array{json::object{{"name", "cluster_name"}, {"value", "\"cc-prod\""}},
                    json::object{{"name", "my-global"}, {"value", R"({"a":1,"b":"x"})"}}});
  CHECK(node.result("eval", {"rabbit_nodes:cluster_name()."}) == "<<\"cc-prod\">>");
  CHECK(node.result("clear_global_parameter", {"my-global"}).is_null());
  CHECK(node.failure("clear_global_parameter", {"my-global"}) == "69 Parameter does not exist");
}
