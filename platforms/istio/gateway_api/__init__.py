"""The objects of the Gateway API as istiod converts them, and the Services that its tasks put beside them."""
