using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify.Rules;

namespace RedGen.Compiler.Red.Certify;

/// <summary>How bounds pass through each operator: one row an operator. An operator without a row has no bound.</summary>
internal static class PropagationTable
{
    /// <summary>Operators that move elements and compute nothing: the reference evaluation serves each plane of bounds.</summary>
    private static readonly ImmutableArray<string> Structural =
    [
        "Concat", "DepthToSpace", "Dropout", "Expand", "Flatten", "Gather", "GatherElements", "GatherND", "Identity", "Pad", "Reshape", "Slice",
        "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where",
    ];

    private static readonly Dictionary<string, Action<PropagationContext>> Rules = new(StringComparer.Ordinal)
    {
        // Linear
        ["Conv"] = LinearRule.Run,
        ["Gemm"] = LinearRule.Run,
        ["MatMul"] = context => (LinearRule.HasConstantWeights(context) ? (Action<PropagationContext>)LinearRule.Run : ProductRule.Run)(context),

        // Two operands or more
        ["Add"] = ArithmeticRule.Add,
        ["Sub"] = ArithmeticRule.Subtract,
        ["Mul"] = ArithmeticRule.Multiply,
        ["Div"] = ArithmeticRule.Divide,
        ["Sum"] = ArithmeticRule.Sum,
        ["Mean"] = ArithmeticRule.Mean,
        ["Max"] = ArithmeticRule.Max,
        ["Min"] = ArithmeticRule.Min,
        ["PRelu"] = ArithmeticRule.PRelu,
        ["Pow"] = PowerRule.Run,
        ["Clip"] = ClipRule.Run,
        ["Cast"] = CastRule.Run,

        // Normalisation
        ["BatchNormalization"] = BatchNormalizationRule.Run,
        ["LayerNormalization"] = LayerNormalizationRule.Run,
        ["Softmax"] = SoftmaxRule.Softmax,
        ["LogSoftmax"] = SoftmaxRule.LogSoftmax,

        // Reduction and pooling
        ["ReduceSum"] = AverageRule.Run,
        ["ReduceMean"] = AverageRule.Run,
        ["AveragePool"] = AverageRule.Run,
        ["GlobalAveragePool"] = AverageRule.Run,
        ["ReduceMax"] = ExtremeRule.Max,
        ["MaxPool"] = ExtremeRule.Max,
        ["GlobalMaxPool"] = ExtremeRule.Max,
        ["ReduceMin"] = ExtremeRule.Min,
        ["ReduceL1"] = NormRule.Run,
        ["ReduceL2"] = NormRule.Run,
        ["LpPool"] = NormRule.Run,
        ["GlobalLpPool"] = NormRule.Run,
    };

    static PropagationTable()
    {
        foreach (string name in Structural) Rules.Add(name, StructuralRule.Run);
        foreach (string name in FunctionTable.Names) Rules.Add(name, FunctionRule.Run);
    }

    /// <summary>The operators that have a rule, sorted.</summary>
    public static ImmutableArray<string> Names => [.. Rules.Keys.OrderBy(n => n, StringComparer.Ordinal)];

    /// <summary>The rule of an operator, or null.</summary>
    public static Action<PropagationContext>? Find(OperatorId id) => Rules.TryGetValue(id.QualifiedName, out Action<PropagationContext>? rule) ? rule : null;

    /// <summary>Whether an operator only moves elements.</summary>
    public static bool IsStructural(OperatorId id) => Structural.Contains(id.QualifiedName);
}
