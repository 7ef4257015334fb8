using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels;

/// <summary>The loops over a window's taps, skipping those outside the input.</summary>
internal static class WindowLoops
{
    /// <summary>The variables of the output's axes.</summary>
    public static readonly string[] Outputs = ["od", "oh", "ow"];

    /// <summary>The variables of the taps.</summary>
    public static readonly string[] Taps = ["kd", "kh", "kw"];

    /// <summary>Opens the loops over an output channel's elements.</summary>
    public static void OverOutputs(LoopScope nest, WindowGeometry window)
    {
        for (int i = 0; i < 3; i++) nest.Loop(Outputs[i], window.Axes[i].Out);
    }

    /// <summary>The index of the output element within its channel,, as terms for <see cref="LoopScope"/>.</summary>
    public static (string, int)[] OutputTerms(WindowGeometry window)
        => [("od", window.Height.Out * window.Width.Out), ("oh", window.Width.Out), ("ow", 1)];

    /// <summary>The index of the tap within a filter of one channel.</summary>
    public static (string, int)[] TapTerms(WindowGeometry window)
        => [("kd", window.Height.Kernel * window.Width.Kernel), ("kh", window.Width.Kernel), ("kw", 1)];

    /// <summary>Opens the loops over the taps inside the input.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="outer">The loops around, which hold the output's variables.</param>
    /// <param name="taps">The nest to open loops in.</param>
    /// <param name="window">The geometry.</param>
    /// <returns>The C# text of the input element's index within its channel.</returns>
    public static string OverTaps(StepWriter writer, LoopScope outer, LoopScope taps, WindowGeometry window)
    {
        string[] names = ["id", "ih", "iw"];
        int[] strides = [window.Height.In * window.Width.In, window.Width.In, 1];
        var index = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            WindowAxis axis = window.Axes[i];
            // The loop is needed for its continue even where it has one turn.
            taps.Loop(Taps[i], axis.Kernel, always: !axis.IsInside);
            if (axis.In == 1 && axis.IsInside) continue;
            string position = Position(outer, taps, Outputs[i], Taps[i], axis);
            if (axis.IsInside && axis.Stride == 1 && position == Outputs[i])
            {
                index.Add(Term(position, strides[i]));
                continue;
            }

            writer.Line($"int {names[i]} = {position};");
            if (!axis.IsInside) writer.Line($"if ({names[i]} < 0 || {names[i]} >= {axis.In}) continue;");
            index.Add(Term(names[i], strides[i]));
        }

        return index.Count == 0 ? "0" : string.Join(" + ", index);
    }

    private static string Position(LoopScope outer, LoopScope taps, string output, string tap, WindowAxis axis)
    {
        string sum = LoopScope.Index(Open(outer, taps, output, tap), (output, axis.Stride), (tap, axis.Dilation));
        return axis.Before == 0 ? sum : sum + " - " + CSharpLiteral.Of(axis.Before);
    }

    private static List<string> Open(LoopScope outer, LoopScope taps, string output, string tap)
    {
        var open = new List<string>();
        if (outer.Has(output)) open.Add(output);
        if (taps.Has(tap)) open.Add(tap);
        return open;
    }

    private static string Term(string variable, int stride) => stride == 1 ? variable : "(" + variable + " * " + CSharpLiteral.Of(stride) + ")";
}
