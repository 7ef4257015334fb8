using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Red;

/// <summary>What the reduction did to one constant of weights.</summary>
/// <param name="Weights">The name of the initializer.</param>
/// <param name="Node">The first node that reads it, as messages name it.</param>
/// <param name="Operator">That node's operator.</param>
/// <param name="Original">The weights before hashing, outputs × columns; what is equal in the file itself is merged.</param>
/// <param name="Matrix">The hashed weights; null where the layer was left as it is.</param>
/// <param name="ErrorShare">The layer's share of the output's squared error, 0 … 1, as the allocator estimated it.</param>
/// <param name="OutputsMerged">Outputs that were merged into others or removed.</param>
public sealed record LayerReduction(
    string Weights, string Node, string Operator, ImmutableArray<float> Original, HashedMatrix? Matrix, double ErrorShare, int OutputsMerged)
{
    /// <summary>The number of weights.</summary>
    public int Count => Original.Length;

    /// <summary>The number of different weights before hashing.</summary>
    public int DistinctBefore => Original.Distinct().Count();

    /// <summary>The number of values in the codebook, or of different weights where the layer was left as it is.</summary>
    public int DistinctAfter => Matrix?.ValueCount ?? DistinctBefore;

    /// <summary>Signal to noise of the weights in decibels: 10 log₁₀(Σ w² / Σ (w − w~)²); infinite where nothing changed.</summary>
    public double SqnrDecibels
    {
        get
        {
            if (Matrix is null) return double.PositiveInfinity;
            float[] rows = Matrix.ToRows();
            double signal = 0, noise = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                signal += (double)Original[i] * Original[i];
                noise += ((double)Original[i] - rows[i]) * ((double)Original[i] - rows[i]);
            }

            return noise == 0 ? double.PositiveInfinity : 10 * System.Math.Log10(signal / noise);
        }
    }
}

/// <summary>
/// The record of a reduction: which constants of the reduced graph are hashed and how, and what that cost. The graph itself holds the
/// hashed weights as plain floats, so that it keeps its ONNX meaning; kernels look here for the codebooks behind them.
/// </summary>
/// <param name="Method">How the weights were hashed.</param>
/// <param name="Layers">Every layer with constant weights, in the order of the graph.</param>
/// <param name="Hashed">The hashed constants by the name of the initializer.</param>
/// <param name="Tolerance">The relative error that was allowed at the outputs.</param>
/// <param name="MeasuredError">The relative error at the outputs on the inputs of the search; NaN where it was only estimated.</param>
/// <param name="EstimatedError">The relative error that the closed form expects.</param>
/// <param name="IsTuned">Whether the search ran (a plan file), or the closed form decided.</param>
/// <param name="Inputs">What the error was measured on, in words.</param>
public sealed record ModelReduction(
    Hashing Method,
    ImmutableArray<LayerReduction> Layers,
    ImmutableDictionary<string, HashedMatrix> Hashed,
    double Tolerance,
    double MeasuredError,
    double EstimatedError,
    bool IsTuned,
    string Inputs)
{
    /// <summary>No reduction.</summary>
    public static ModelReduction None { get; } = new(Hashing.None, [], ImmutableDictionary<string, HashedMatrix>.Empty, 0, 0, 0, false, "");

    /// <summary>Multiply-adds of one inference that merging removed: those of the layers before it minus those after.</summary>
    public long MultiplyAddsMerged { get; init; }

    /// <summary>The largest error of any output element over the declared box of inputs that is certain; null where none is known.</summary>
    public ErrorCertificate? Certificate { get; init; }
}

/// <summary>A bound of the error that the reduction causes, certain over a box of inputs.</summary>
/// <param name="Box">The box, in words.</param>
/// <param name="MaxError">The largest |reduced − original| of any element of any output; infinite where no bound was found.</param>
/// <param name="Layers">The error that each layer alone adds to the bound at its own output, by the weights' name.</param>
/// <param name="Problem">Why there is no bound; empty where there is one.</param>
public sealed record ErrorCertificate(string Box, double MaxError, ImmutableArray<LayerError> Layers, string Problem);

/// <summary>The part of a layer in a certificate.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Added">The largest error of an element of its output that its own weights cause.</param>
/// <param name="Reached">The largest error of an element of its output.</param>
public sealed record LayerError(string Node, double Added, double Reached);
