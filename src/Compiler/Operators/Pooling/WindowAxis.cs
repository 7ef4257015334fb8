using System;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>One spatial axis of a convolution or pooling: window o has its tap k at o · Stride − Before + k · Dilation.</summary>
/// <param name="In">Input length.</param>
/// <param name="Out">Output length.</param>
/// <param name="Kernel">Taps of a window.</param>
/// <param name="Stride">Distance of two windows.</param>
/// <param name="Dilation">Distance of two taps.</param>
/// <param name="Before">Padding before the first element.</param>
/// <param name="After">Padding after the last element.</param>
internal readonly record struct WindowAxis(int In, int Out, int Kernel, int Stride, int Dilation, int Before, int After)
{
    /// <summary>An axis that the tensor does not have.</summary>
    public static WindowAxis Missing { get; } = new(1, 1, 1, 1, 1, 0, 0);

    /// <summary>Whether a window has all its taps inside the input.</summary>
    public bool IsInside => Before == 0 && ((long)(Out - 1) * Stride) + ((long)(Kernel - 1) * Dilation) < In;

    /// <summary>The input position of a window's tap, inside the input or not.</summary>
    public int Position(int window, int tap) => (window * Stride) - Before + (tap * Dilation);

    /// <summary>The first tap of a window that lies inside the input.</summary>
    public int FirstTap(int window)
    {
        int start = Position(window, 0);
        return start >= 0 ? 0 : Math.Min(Kernel, (-start + Dilation - 1) / Dilation);
    }

    /// <summary>One past the last tap of a window that lies inside the input.</summary>
    public int EndTap(int window) => TapsBefore(window, In);

    /// <summary>How many taps of a window lie inside the padded input; a window that ceil_mode lets overhang has fewer than the kernel.</summary>
    public int PaddedTaps(int window) => TapsBefore(window, In + After);

    private int TapsBefore(int window, int end)
    {
        int room = end - Position(window, 0);
        return room <= 0 ? 0 : (int)Math.Min(Kernel, ((long)room + Dilation - 1) / Dilation);
    }
}
