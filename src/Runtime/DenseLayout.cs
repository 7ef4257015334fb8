#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// How the packed weights of a dense layer lie: blocks of up to four panels side by side, and behind them, as rows, the weights of one to
/// four last outputs, for which another panel would be mostly zeros.
/// </summary>
internal static class DenseLayout
{
    /// <summary>More outputs than this are worth a panel.</summary>
    private const int MostRows = 4;

    /// <summary>The last outputs whose weights are rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Rows(int outputs)
    {
        unchecked
        {
            int beyond = outputs & (Dense.PanelWidth - 1);
            return outputs > Dense.PanelWidth && beyond <= MostRows ? beyond : 0;
        }
    }

    /// <summary>Lanes of all panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Lanes(int outputs) => unchecked((outputs - Rows(outputs) + Dense.PanelWidth - 1) & -Dense.PanelWidth);

    /// <summary>Elements of a layer's weights.</summary>
    /// <param name="outputs">Outputs of the layer.</param>
    /// <param name="depth">Elements that a lane has: inputs, or pairs of them.</param>
    /// <param name="inputs">Inputs: elements of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Length(int outputs, int depth, int inputs) => unchecked(((long)Lanes(outputs) * depth) + ((long)Rows(outputs) * inputs));

    /// <summary>Where the weights of an output begin, and how far apart they are.</summary>
    /// <param name="output">The output.</param>
    /// <param name="outputs">Outputs of the layer.</param>
    /// <param name="depth">Elements that a lane has.</param>
    /// <param name="inputs">Elements of a row.</param>
    /// <param name="stride">The distance of an output's elements; 1 in a row.</param>
    internal static int Start(int output, int outputs, int depth, int inputs, out int stride)
    {
        int lanes = Lanes(outputs);
        int inPanels = outputs - Rows(outputs);
        if (output >= inPanels)
        {
            stride = 1;
            return (lanes * depth) + ((output - inPanels) * inputs);
        }

        int block = output / Dense.BlockWidth * Dense.BlockWidth;
        stride = System.Math.Min(Dense.BlockWidth, lanes - block);
        return (block * depth) + (output % Dense.BlockWidth);
    }
}
