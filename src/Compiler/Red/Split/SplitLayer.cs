using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// A linear layer with hashed weights. A dense layer is a convolution of one tap over one pixel: its rows are samples, its inputs channels.
/// </summary>
internal sealed class SplitLayer
{
    /// <summary>Makes a layer.</summary>
    /// <param name="geometry">The sizes.</param>
    /// <param name="matrix">The weights: output channels × (input channels of the group · taps).</param>
    public SplitLayer(ConvLayer geometry, HashedMatrix matrix)
    {
        MultiplyAdds = geometry.MultiplyAdds;
        if (matrix.Fine is not null)
        {
            IsPaired = true;
            matrix = matrix.AsPairs() ?? throw new ArgumentException("The values of both codes are more than a codebook holds.", nameof(matrix));
            geometry = geometry with { InChannels = 2 * geometry.InChannels };
        }

        Geometry = geometry;
        Matrix = matrix;
        Magnitudes = Magnitudes.Of(matrix);
        Plane = SplitPlane.Of(geometry.Window);
        ByColumn = new MagnitudeSet[geometry.InChannels * Taps];
        ByChannel = new MagnitudeSet[geometry.InChannels];
        ByOutput = new MagnitudeSet[geometry.OutChannels];
        ReadOnlySpan<byte> indices = matrix.Indices;
        for (int i = 0; i < indices.Length; i++)
        {
            int m = Magnitudes.Of(indices[i]);
            if (m < 0) continue;
            int output = i / matrix.Columns;
            int column = (output / GroupOutputs * matrix.Columns) + (i % matrix.Columns);
            ByColumn[column] = ByColumn[column].With(m);
            ByChannel[column / Taps] = ByChannel[column / Taps].With(m);
            ByOutput[output] = ByOutput[output].With(m);
            NonZero++;
        }
    }

    /// <summary>The sizes; of paired codes those with twice the channels.</summary>
    public ConvLayer Geometry { get; }

    /// <summary>The weights, one code each.</summary>
    public HashedMatrix Matrix { get; }

    /// <summary>
    /// Whether the weights are sums of two codes: then a group's input channels are there twice, once for either. That is exact, and either code shares its
    /// products.
    /// </summary>
    public bool IsPaired { get; }

    /// <summary>Multiply-adds of the layer as a dense kernel computes it.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Their magnitudes.</summary>
    public Magnitudes Magnitudes { get; }

    /// <summary>How an input channel lies in memory with its padding.</summary>
    public SplitPlane Plane { get; }

    /// <summary>The magnitudes in each column, by (input channel, tap) over all groups.</summary>
    public MagnitudeSet[] ByColumn { get; }

    /// <summary>The magnitudes that meet each input channel, under any tap.</summary>
    public MagnitudeSet[] ByChannel { get; }

    /// <summary>The magnitudes in each row.</summary>
    public MagnitudeSet[] ByOutput { get; }

    /// <summary>Weights that are not zero.</summary>
    public long NonZero { get; }

    /// <summary>Taps of a kernel.</summary>
    public int Taps => Geometry.Window.KernelLength;

    /// <summary>Input channels of a group.</summary>
    public int GroupInputs => Geometry.InChannels / Geometry.Groups;

    /// <summary>Output channels of a group.</summary>
    public int GroupOutputs => Geometry.OutChannels / Geometry.Groups;

    /// <summary>Output pixels of all samples.</summary>
    public long Pixels => (long)Geometry.Batch * Geometry.Window.OutLength;

    /// <summary>Whether it is a dense layer, or a convolution that is one at each pixel.</summary>
    public bool IsPointwise => Taps == 1;

    /// <summary>The distinct values of all columns, summed (the papers' count: signs and zero are values of their own).</summary>
    public long ValuesPerColumn
    {
        get
        {
            // By value, or pair of values, the last column that had it.
            var seen = new int[(HashedMatrix.MaxValues + 1) * (HashedMatrix.MaxValues + 1)];
            ReadOnlySpan<byte> indices = Matrix.Indices;
            int columns = IsPaired ? Matrix.Columns / 2 : Matrix.Columns, column = 0;
            long count = 0;
            for (int first = 0; first < Geometry.OutChannels; first += GroupOutputs)
            {
                for (int j = 0; j < columns; j++)
                {
                    column++;
                    for (int i = first; i < first + GroupOutputs; i++)
                    {
                        int at = (i * Matrix.Columns) + j;
                        int value = IsPaired ? ((HashedMatrix.MaxValues + 1) * indices[at]) + indices[at + columns] : indices[at];
                        if (seen[value] == column) continue;
                        seen[value] = column;
                        count++;
                    }
                }
            }

            return count;
        }
    }

    /// <summary>A convolution; null where the floats that it computes with are not those of the matrix.</summary>
    public static SplitLayer? OfConv(ConvLayer geometry, ReadOnlySpan<float> weights, HashedMatrix? matrix)
        => matrix?.AsPairs() is null || geometry.IsEmpty || !weights.SequenceEqual(matrix.ToRows()) ? null : new SplitLayer(geometry, matrix);

    /// <summary>A dense layer over a number of rows, of the weights as they are.</summary>
    public static SplitLayer OfRows(int rows, HashedMatrix matrix)
        => new(new ConvLayer(rows, 1, matrix.Columns, matrix.Outputs, new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, WindowAxis.Missing)), matrix);

    /// <summary>A dense layer; null where the floats that it computes with are not those of the matrix.</summary>
    public static SplitLayer? OfDense(DenseLayer layer, HashedMatrix? matrix)
    {
        if (matrix is null || matrix.Outputs != layer.Outputs) return null;
        var window = new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, WindowAxis.Missing);
        return OfConv(new ConvLayer(layer.Rows, 1, layer.Inputs, layer.Outputs, window), layer.Weights, matrix);
    }
}
