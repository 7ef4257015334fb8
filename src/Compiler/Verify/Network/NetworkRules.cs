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
        ["Acos"] = FunctionRule.Acos,
        ["Acosh"] = FunctionRule.Of(new AcoshActivation()),
        ["Add"] = ElementwiseRule.Add,
        ["AffineGrid"] = AffineGridRule.Read,
        ["And"] = ExtremeRule.Min,
        ["ArgMax"] = ArgRule.Max,
        ["ArgMin"] = ArgRule.Min,
        ["Asin"] = FunctionRule.Of(new AsinActivation()),
        ["Asinh"] = FunctionRule.Of(new AsinhActivation()),
        ["Atan"] = FunctionRule.Of(new AtanActivation()),
        ["Atanh"] = FunctionRule.Of(new AtanhActivation()),
        ["Attention"] = AttentionRule.Read,
        ["AveragePool"] = MeanRule.Pool,
        ["BatchNormalization"] = BatchNormRule.Read,
        ["Cast"] = CastRule.Read,
        ["CastLike"] = CastRule.Read,
        ["Ceil"] = FunctionRule.Of(new RoundingActivation(RoundingKind.Up)),
        ["Celu"] = FunctionRule.Celu,
        ["CenterCropPad"] = MovementRule.Read,
        ["Clip"] = ActivationRule.Clip,
        ["Col2Im"] = UnitVectorRule.Read,
        ["Concat"] = MovementRule.Read,
        ["Conv"] = LayerRule.Conv,
        ["ConvInteger"] = QuantisedRule.IntegerConvolution,
        ["ConvTranspose"] = UnitVectorRule.ConvTranspose,
        ["Cos"] = FunctionRule.Of(new SineActivation(IsCosine: true)),
        ["Cosh"] = FunctionRule.Of(new CoshActivation()),
        ["CumProd"] = ProductChainRule.Cumulate,
        ["CumSum"] = UnitVectorRule.Read,
        ["DFT"] = AffineOperatorRule.Fourier,
        ["DepthToSpace"] = MovementRule.Read,
        ["DequantizeLinear"] = QuantisedRule.Dequantize,
        ["Det"] = DeterminantRule.Read,
        ["Div"] = ElementwiseRule.Divide,
        ["Dropout"] = MovementRule.Read,
        ["Einsum"] = EinsumRule.Read,
        ["Elu"] = FunctionRule.Elu,
        ["Equal"] = LogicRule.Equal,
        ["Erf"] = FunctionRule.Of(new ErfActivation()),
        ["Exp"] = CurvedRule.Exp,
        ["Expand"] = MovementRule.Read,
        ["Flatten"] = MovementRule.Read,
        ["Floor"] = FunctionRule.Of(new RoundingActivation(RoundingKind.Down)),
        ["GRU"] = RecurrentRule.Read,
        ["Gather"] = MovementRule.Read,
        ["GatherElements"] = MovementRule.Read,
        ["GatherND"] = MovementRule.Read,
        ["Gelu"] = FunctionRule.Gelu,
        ["Gemm"] = LayerRule.Dense,
        ["GlobalAveragePool"] = MeanRule.Pool,
        ["GlobalLpPool"] = PowerSumRule.Read,
        ["GlobalMaxPool"] = MaxRule.Read,
        ["Greater"] = LogicRule.Greater,
        ["GreaterOrEqual"] = LogicRule.GreaterOrEqual,
        ["GridSample"] = AffineOperatorRule.GridSample,
        ["GroupNormalization"] = NormalisationRule.Group,
        ["HardSigmoid"] = CurvedRule.HardSigmoid,
        ["HardSwish"] = FunctionRule.Of(new HardSwishActivation()),
        ["Hardmax"] = ArgRule.Hardmax,
        ["Identity"] = MovementRule.Read,
        ["If"] = LoopUnrolling.Left,
        ["InstanceNormalization"] = NormalisationRule.Instance,
        ["IsInf"] = FunctionRule.Of(new FiniteTestActivation()),
        ["IsNaN"] = FunctionRule.Of(new FiniteTestActivation()),
        ["LRN"] = NormalisationRule.LocalResponse,
        ["LSTM"] = RecurrentRule.Read,
        ["LayerNormalization"] = NormalisationRule.Layer,
        ["LeakyRelu"] = ActivationRule.LeakyRelu,
        ["Less"] = LogicRule.Less,
        ["LessOrEqual"] = LogicRule.LessOrEqual,
        ["Log"] = CurvedRule.Log,
        ["LogSoftmax"] = SoftmaxRule.Log,
        ["Loop"] = LoopUnrolling.Left,
        ["LpNormalization"] = NormalisationRule.Lp,
        ["LpPool"] = PowerSumRule.Read,
        ["MatMul"] = LayerRule.Dense,
        ["MatMulInteger"] = QuantisedRule.IntegerProduct,
        ["Max"] = ExtremeRule.Max,
        ["MaxPool"] = MaxRule.Read,
        ["MaxUnpool"] = AffineOperatorRule.MaxUnpool,
        ["Mean"] = ElementwiseRule.Mean,
        ["MeanVarianceNormalization"] = NormalisationRule.MeanVariance,
        ["Min"] = ExtremeRule.Min,
        ["Mish"] = FunctionRule.Of(new MishActivation()),
        ["Mod"] = RemainderRule.Read,
        ["Mul"] = ElementwiseRule.Multiply,
        ["Neg"] = ElementwiseRule.Negate,
        ["Not"] = LogicRule.Not,
        ["OneHot"] = OneHotRule.Read,
        ["Or"] = ExtremeRule.Max,
        ["PRelu"] = SlopeRule.PRelu,
        ["Pad"] = MovementRule.Pad,
        ["Pow"] = PowRule.Read,
        ["QLinearConv"] = QuantisedRule.Convolution,
        ["QLinearMatMul"] = QuantisedRule.Product,
        ["QuantizeLinear"] = QuantisedRule.Quantize,
        ["RMSNormalization"] = NormalisationRule.RootMeanSquare,
        ["RNN"] = RecurrentRule.Read,
        ["Reciprocal"] = CurvedRule.Reciprocal,
        ["ReduceL1"] = ReduceRule.L1,
        ["ReduceL2"] = ReduceRule.L2,
        ["ReduceLogSum"] = ReduceRule.LogSum,
        ["ReduceLogSumExp"] = ExponentialSumRule.Read,
        ["ReduceMax"] = ReduceRule.Max,
        ["ReduceMean"] = MeanRule.Reduce,
        ["ReduceMin"] = ReduceRule.Min,
        ["ReduceProd"] = ProductChainRule.Reduce,
        ["ReduceSum"] = MeanRule.Reduce,
        ["ReduceSumSquare"] = ReduceRule.SumSquare,
        ["Relu"] = ActivationRule.Relu,
        ["Reshape"] = MovementRule.Read,
        ["Resize"] = ResizeRule.Read,
        ["ReverseSequence"] = MovementRule.Read,
        ["RotaryEmbedding"] = AffineOperatorRule.Rotary,
        ["Round"] = FunctionRule.Of(new RoundingActivation(RoundingKind.Nearest)),
        ["STFT"] = AffineOperatorRule.Fourier,
        ["Scan"] = LoopUnrolling.Left,
        ["Scatter"] = AffineOperatorRule.Scatter,
        ["ScatterElements"] = AffineOperatorRule.Scatter,
        ["ScatterND"] = AffineOperatorRule.Scatter,
        ["Selu"] = FunctionRule.Selu,
        ["Shrink"] = FunctionRule.Shrink,
        ["Sigmoid"] = ActivationRule.Sigmoid,
        ["Sign"] = CurvedRule.Sign,
        ["Sin"] = FunctionRule.Of(new SineActivation(IsCosine: false)),
        ["Sinh"] = FunctionRule.Of(new SinhActivation()),
        ["Slice"] = MovementRule.Read,
        ["Softmax"] = SoftmaxRule.Read,
        ["Softplus"] = CurvedRule.Softplus,
        ["Softsign"] = FunctionRule.Of(new SoftsignActivation()),
        ["SpaceToDepth"] = MovementRule.Read,
        ["Split"] = MovementRule.Read,
        ["Sqrt"] = CurvedRule.Sqrt,
        ["Squeeze"] = MovementRule.Read,
        ["Sub"] = ElementwiseRule.Subtract,
        ["Sum"] = ElementwiseRule.Add,
        ["Swish"] = FunctionRule.Swish,
        ["Tan"] = FunctionRule.Of(new TanActivation()),
        ["Tanh"] = ActivationRule.Tanh,
        ["ThresholdedRelu"] = FunctionRule.ThresholdedRelu,
        ["Tile"] = MovementRule.Read,
        ["TopK"] = RankingRule.Read,
        ["Transpose"] = MovementRule.Read,
        ["Trilu"] = MovementRule.Read,
        ["Unsqueeze"] = MovementRule.Read,
        ["Upsample"] = ResizeRule.Read,
        ["Where"] = LogicRule.Where,
        ["Xor"] = LogicRule.Xor,
        ["com.microsoft.DequantizeLinear"] = QuantisedRule.Dequantize,
        ["com.microsoft.QuantizeLinear"] = QuantisedRule.Quantize,
    };

    /// <summary>Operators whose values may be integers or conditions, which are numbers to the analysis. All others compute on float32.</summary>
    private static readonly HashSet<string> OfIntegers = new(StringComparer.Ordinal)
    {
        "And", "ArgMax", "ArgMin", "Cast", "CastLike", "CenterCropPad", "Concat", "ConvInteger", "DepthToSpace", "DequantizeLinear", "Equal", "Expand", "Flatten", "Gather", "GatherElements",
        "GatherND", "GlobalMaxPool", "Greater", "GreaterOrEqual", "Identity", "IsInf", "IsNaN", "Less", "LessOrEqual", "MatMulInteger", "Max", "MaxPool", "Min", "Mod", "Not", "OneHot", "Or", "QLinearConv", "QLinearMatMul",
        "QuantizeLinear", "ReduceMax", "ReduceMin", "Reshape", "ReverseSequence", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "TopK", "Transpose", "Trilu", "Unsqueeze", "Where", "Xor",
        "com.microsoft.DequantizeLinear", "com.microsoft.QuantizeLinear",
    };

    /// <summary>Operators that the compiler knows and verification refuses, by the reason.</summary>
    private static readonly (string Reason, string[] Operators)[] Refusals =
    [
        ("it is computed on integers or on bits", ["BitCast", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Shape", "Size"]),
        ("what it gives does not depend on the elements of its input", ["Constant", "ConstantOfShape", "EyeLike", "Range", "BlackmanWindow", "HammingWindow", "HannWindow", "MelWeightMatrix"]),
        ("it gives random numbers", ["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"]),
        ("the shape of its result depends on the input", ["Compress", "NonMaxSuppression", "NonZero", "Unique"]),
        ("where it reads depends on the input", ["DeformConv", "MaxRoiPool", "RoiAlign", "TensorScatter", "TfIdfVectorizer"]),
        ("the model does not say what it gives", ["redgen.Refuse"]),
        ("it is a step of training", ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss", "ai.onnx.preview.training.Adagrad", "ai.onnx.preview.training.Adam", "ai.onnx.preview.training.Momentum"]),
        ("no relaxation is written for it", ["CausalConvWithState", "DynamicQuantizeLinear", "LinearAttention", "ai.onnx.preview.FlexAttention"]),
    ];

    /// <summary>The operators that have bounds.</summary>
    public static IEnumerable<string> Operators => Rows.Keys.OrderBy(static k => k, StringComparer.Ordinal);

    /// <summary>The row of an operator; null where there is none.</summary>
    public static Action<NetworkBuilder, Node>? Find(string qualifiedName) => Rows.TryGetValue(qualifiedName, out Action<NetworkBuilder, Node>? rule) ? rule : null;

    /// <summary>Whether an operator's values may be integers or conditions.</summary>
    public static bool TakesIntegers(string qualifiedName) => OfIntegers.Contains(qualifiedName);

    /// <summary>The operators that are refused by name.</summary>
    public static IEnumerable<string> Refused => Refusals.SelectMany(static r => r.Operators).OrderBy(static o => o, StringComparer.Ordinal);

    /// <summary>Why an operator has no row; null for one that the compiler does not know either.</summary>
    public static string? Refusal(string qualifiedName)
    {
        foreach ((string reason, string[] operators) in Refusals)
            if (operators.Contains(qualifiedName)) return reason;
        return null;
    }
}
