using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// The multiplications of a transposed convolution with hashed weights: every input element is multiplied once by each magnitude that any
/// output or tap of its channel has, and the products are added where they belong; a scale other than 1 is one for each result.
/// </summary>
internal static class TransposedConvCost
{
    /// <summary>Counts.</summary>
    /// <param name="pointwise">The products alone (<see cref="TransposedConvLayer.Pointwise"/>).</param>
    /// <param name="matrix">The weights: output channels × (input channels of the group · taps).</param>
    /// <param name="taps">Taps of a kernel.</param>
    /// <param name="results">Elements of the output.</param>
    public static LoweringCount Of(ConvLayer pointwise, HashedMatrix matrix, int taps, long results)
    {
        // A layer never counts more than it multiplies and adds.
        long most = pointwise.MultiplyAdds;
        if (matrix.Fine is not null)
        {
            matrix = matrix.AsPairs()!;
            pointwise = pointwise with { InChannels = 2 * pointwise.InChannels };
        }

        int channels = matrix.Columns / taps;
        var indices = new byte[matrix.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            // From [output, channel, tap] to [output, tap, channel].
            int output = i / matrix.Columns;
            int channel = i % matrix.Columns / taps;
            indices[(((output * taps) + (i % taps)) * channels) + channel] = matrix.Indices[i];
        }

        var layer = new SplitLayer(pointwise, new HashedMatrix(matrix.Outputs * taps, channels, matrix.Codebook, [], indices));
        LoweringWork work = LoweringCounter.TapProducts(layer);
        long scales = matrix.Scales.Count(s => s != 1) * (results / matrix.Outputs);
        return new LoweringCount("channel-wise products", Math.Min(most, work.Multiplications + scales), work.Additions, layer.ValuesPerColumn) { TrueMultiplications = Math.Min(most, work.TrueMultiplications + scales) };
    }
}
