// RUN: edgecc-opt %s --edge-quantize --split-input-file --verify-diagnostics

// expected-error @+1 {{has no ranges to quantize with: run edge-calibrate, or give edge.ranges}}
func.func @not_calibrated(%a: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %0 = edge.softmax %a {axis = 1} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
