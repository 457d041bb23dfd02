#include "core/cluster/peer_alarms.hpp"

#include <catch2/catch.hpp>

using warren::peer_alarms;

TEST_CASE("an alarm of any node is an alarm of the cluster until it clears or the node cannot be reached") {
  peer_alarms all;
  CHECK(all.all() == 0);
  CHECK(all.heard("rabbit@a", 1).set == 1);
  CHECK(all.heard("rabbit@b", 2).set == 2);
  CHECK(all.all() == 3);
  const auto again = all.heard("rabbit@a", 3);
  CHECK((again.set == 2 && again.cleared == 0));
  CHECK(all.heard("rabbit@a", 3).set == 0);
  CHECK(all.heard("rabbit@a", 0).cleared == 3);
  CHECK(all.all() == 2);
  CHECK(all.lost("rabbit@b").cleared == 2);
  CHECK(all.lost("rabbit@b").cleared == 0);
  CHECK(all.all() == 0);
}

TEST_CASE("what nodes tell each other of alarms is read as it was written, and nothing else is") {
  for (const peer_alarms::told t : {peer_alarms::told{0, true}, peer_alarms::told{1, false}, peer_alarms::told{3, true}})
    CHECK(peer_alarms::decode(peer_alarms::encode(t)) == t);
  CHECK(peer_alarms::decode(std::string{"\x01\x7f\x00", 3})->flags == 3);  // a kind of a later version
  CHECK_FALSE(peer_alarms::decode("").has_value());
  CHECK_FALSE(peer_alarms::decode(std::string{"\x02\x01\x00", 3}).has_value());
  CHECK_FALSE(peer_alarms::decode(std::string{"\x01\x01\x00\x00", 4}).has_value());
}
