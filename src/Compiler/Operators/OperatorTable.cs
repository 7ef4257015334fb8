using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Attentions;
using RedGen.Compiler.Operators.Constants;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Losses;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Operators.Quantised.Microsoft;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Sampling;
using RedGen.Compiler.Operators.Selection;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Signal;
using RedGen.Compiler.Operators.Sorting;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Operators.Text;
using RedGen.Compiler.Operators.Training;

namespace RedGen.Compiler.Operators;

/// <summary>Every operator that RedGen knows: one row an operator, the elementwise ones in tables of their own.</summary>
public static class OperatorTable
{
    /// <summary>All operators, in the order of the rows.</summary>
    public static ImmutableArray<Operator> All { get; } =
    [
        // Elementwise
        .. ElementwiseTable.Operators, new BitCast(),

        // Attention
        new Attention(), new CausalConvWithState(), new FlexAttention(), new LinearAttention(), new RotaryEmbedding(),

        // Constants
        new Constant(), new ConstantOfShape(), new EyeLike(), new Range(), new ShapeOf(), new SizeOf(),

        // Control flow
        new If(), new Implicit(), new Loop(), new Refuse(), new Scan(),

        // Linear
        new Conv(), new ConvTranspose(), new Det(), new Einsum(), new Gemm(), new MatMul(),

        // Normalisation
        new BatchNormalization(), new GroupNormalization(), new InstanceNormalization(), new LayerNormalization(), new LpNormalization(), new LRN(),
        new MeanVarianceNormalization(), new RMSNormalization(),

        // Losses
        new NegativeLogLikelihoodLoss(), new SoftmaxCrossEntropyLoss(),

        // Pooling
        new AveragePool(), new LpPool(), new MaxPool(), .. GlobalPools.Operators,

        // Recurrent
        new Gru(), new Lstm(), new Rnn(),
        // Quantised
        new ConvInteger(), new DequantizeLinear(), new DynamicQuantizeLinear(), new MatMulInteger(),
        new QLinearConv(), new QLinearMatMul(), new QuantizeLinear(), .. MicrosoftOperators.Operators,

        // Reduction
        .. ArgExtremes.Operators, .. ReduceTable.Operators, .. Softmaxes.Operators,

        // Sampling
        new Bernoulli(), new Multinomial(), .. RandomFill.Operators,

        // Selection
        new Compress(), new NonMaxSuppression(), new NonZero(), new Unique(),

        // Shaping
        new CenterCropPad(), new Concat(), .. Cumulative.Operators, new DepthToSpace(), new Dropout(), new Expand(), new Flatten(), new Gather(), new GatherElements(),
        new GatherND(), new Identity(), new OneHot(), new Pad(), new Reshape(), new ReverseSequence(), new ScatterElements("Scatter", [9, 11]),
        new ScatterElements("ScatterElements", [11, 13, 16, 18]), new ScatterND(), new Slice(), new SpaceToDepth(), new Split(),
        new Squeeze(), new TensorScatter(), new Tile(), new Transpose(), new Trilu(), new Unsqueeze(),

        // Spatial
        new AffineGrid(), new Col2Im(), new DeformConv(), new GridSample(), new MaxRoiPool(), new MaxUnpool(), Resize.Current, Resize.Upsample, new RoiAlign(),

        // Signal
        new Dft(), new MelWeightMatrix(), new Stft(), .. Window.Operators,

        // Sorting
        new TopK(),

        // Training
        new Adagrad(), new Adam(), new Momentum(),

        // Text
        new TfIdfVectorizer(),
    ];

    private static readonly Dictionary<(string Domain, string Name), Operator> ByName
        = All.ToDictionary(o => (o.Schema.Domain, o.Schema.Name));

    /// <summary>The operator that a node names, or null where it is unknown or younger than the node's opset.</summary>
    public static Operator? Find(OperatorId id)
        => ByName.TryGetValue((id.Domain, id.Name), out Operator? found) && found.Schema.DefinitionIn(id.Version) > 0 ? found : null;
}
