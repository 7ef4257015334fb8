#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// One axis of a phase of a transposed convolution: the output elements of one remainder by the stride. They are a plain convolution of step 1 with every
/// stride-th tap, in descending order: output q × stride + phase sums tap First + stride × (Taps − 1 − j) × input q + j − Pad over j.
/// </summary>
internal readonly struct TransposedPhase
{
    internal TransposedPhase(in TransposedConvAxis axis, int phase)
    {
        unchecked
        {
            int first = (phase + axis.Pad) % axis.Stride;
            Out = (axis.Out - phase + axis.Stride - 1) / axis.Stride;
            Taps = first < axis.Kernel ? ((axis.Kernel - first - 1) / axis.Stride) + 1 : 0;
            Pad = Taps - 1 - ((phase + axis.Pad - first) / axis.Stride);
        }
    }

    /// <summary>Output elements.</summary>
    internal int Out { get; }

    /// <summary>Taps.</summary>
    internal int Taps { get; }

    /// <summary>Zeros before the first input element; negative where elements are skipped.</summary>
    internal int Pad { get; }
}
