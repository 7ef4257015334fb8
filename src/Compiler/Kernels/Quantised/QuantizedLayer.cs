using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>A convolution or product of 8-bit integers with constant weights.</summary>
/// <param name="Nodes">The nodes that it computes.</param>
/// <param name="Conv">The sizes of a convolution; null for a product.</param>
/// <param name="Rows">Rows of a product's left matrix.</param>
/// <param name="Inputs">The integers; their zero point where that is of run time.</param>
/// <param name="InputZero">The zero point of the input; null where it is of run time.</param>
/// <param name="Output">The result.</param>
/// <param name="Weights">The weights.</param>
/// <param name="Ending">What becomes of the sums.</param>
internal sealed record QuantizedLayer(
    ImmutableArray<Node> Nodes, ConvLayer? Conv, int Rows, ImmutableArray<string> Inputs, int? InputZero, string Output, QuantizedWeights Weights, QuantizedEnding Ending)
{
    /// <summary>Its step through RedGen.Runtime; null where the runtime has no such layer.</summary>
    public Step? Plan(KernelContext context, bool isChannelsLast) => Conv is null
        ? QuantizedSteps.Product(Nodes, Rows, Inputs, InputZero, Output, Weights, Ending)
        : QuantizedSteps.Convolution(
            Nodes, Conv, Inputs, InputZero, Output, Weights, Ending, isChannelsLast,
            isChannelsLast ? QuantizedTiles.Of(Conv, Weights, context.ElementType(Inputs[0]), InputZero, context) : null);

    /// <summary>The rows of a left operand: all its dimensions but the last.</summary>
    public static int RowsOf(int[] lengths) => lengths.Take(lengths.Length - 1).Aggregate(1, (x, y) => x * y);
}
