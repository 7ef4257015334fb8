using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Verify.Network.Rules;

namespace RedGen.Compiler.Verify.Network;

/// <summary>How each operator is read for bounds: a row an operator. What has no row is reported, never guessed.</summary>
internal static class NetworkRules
{
    private static readonly Dictionary<string, Action<NetworkBuilder, Node>> Rows = new(StringComparer.Ordinal)
    {
        ["Abs"] = CurvedRule.Abs,
        ["Add"] = ElementwiseRule.Add,
        ["AveragePool"] = MeanRule.Pool,
        ["BatchNormalization"] = BatchNormRule.Read,
        ["CenterCropPad"] = MovementRule.Read,
        ["Clip"] = ActivationRule.Clip,
        ["Concat"] = MovementRule.Read,
        ["Conv"] = LayerRule.Conv,
        ["ConvTranspose"] = ConvTransposeRule.Read,
        ["DepthToSpace"] = MovementRule.Read,
        ["Div"] = ElementwiseRule.Divide,
        ["Dropout"] = MovementRule.Read,
        ["Exp"] = CurvedRule.Exp,
        ["Expand"] = MovementRule.Read,
        ["Flatten"] = MovementRule.Read,
        ["Gather"] = MovementRule.Read,
        ["GatherElements"] = MovementRule.Read,
        ["GatherND"] = MovementRule.Read,
        ["Gemm"] = LayerRule.Dense,
        ["GlobalAveragePool"] = MeanRule.Pool,
        ["GlobalMaxPool"] = MaxRule.Read,
        ["HardSigmoid"] = CurvedRule.HardSigmoid,
        ["Identity"] = MovementRule.Read,
        ["LeakyRelu"] = ActivationRule.LeakyRelu,
        ["Log"] = CurvedRule.Log,
        ["MatMul"] = LayerRule.Dense,
        ["Max"] = ExtremeRule.Max,
        ["MaxPool"] = MaxRule.Read,
        ["Min"] = ExtremeRule.Min,
        ["Mul"] = ElementwiseRule.Multiply,
        ["Neg"] = ElementwiseRule.Negate,
        ["Pad"] = MovementRule.Pad,
        ["Pow"] = CurvedRule.Pow,
        ["Reciprocal"] = CurvedRule.Reciprocal,
        ["ReduceMean"] = MeanRule.Reduce,
        ["ReduceSum"] = MeanRule.Reduce,
        ["Relu"] = ActivationRule.Relu,
        ["Reshape"] = MovementRule.Read,
        ["Resize"] = MovementRule.Resize,
        ["ReverseSequence"] = MovementRule.Read,
        ["ScatterElements"] = MovementRule.Scatter,
        ["ScatterND"] = MovementRule.Scatter,
        ["Sigmoid"] = ActivationRule.Sigmoid,
        ["Sign"] = CurvedRule.Sign,
        ["Slice"] = MovementRule.Read,
        ["Softmax"] = SoftmaxRule.Read,
        ["Softplus"] = CurvedRule.Softplus,
        ["SpaceToDepth"] = MovementRule.Read,
        ["Split"] = MovementRule.Read,
        ["Sqrt"] = CurvedRule.Sqrt,
        ["Squeeze"] = MovementRule.Read,
        ["Sub"] = ElementwiseRule.Subtract,
        ["Tanh"] = ActivationRule.Tanh,
        ["Tile"] = MovementRule.Read,
        ["Transpose"] = MovementRule.Read,
        ["Trilu"] = MovementRule.Read,
        ["Unsqueeze"] = MovementRule.Read,
        ["Upsample"] = MovementRule.Resize,
        ["Where"] = MovementRule.Read,
    };

    /// <summary>The operators that have bounds.</summary>
    public static IEnumerable<string> Operators => Rows.Keys.OrderBy(static k => k, StringComparer.Ordinal);

    /// <summary>The row of an operator; null where there is none.</summary>
    public static Action<NetworkBuilder, Node>? Find(string qualifiedName) => Rows.TryGetValue(qualifiedName, out Action<NetworkBuilder, Node>? rule) ? rule : null;
}
