using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels;

/// <summary>The loops over a window's taps, skipping those outside the input.</summary>
internal static class WindowLoops
{
    /// <summary>The variables of the output's last three axes.</summary>
    public static readonly string[] Outputs = ["od", "oh", "ow"];

    /// <summary>The variables of the last three axes' taps.</summary>
    public static readonly string[] Taps = ["kd", "kh", "kw"];

    /// <summary>The variables of the output's axes.</summary>
    public static string[] OutputNames(WindowGeometry window) => Names("o", Outputs, window);

    /// <summary>The variables of the taps.</summary>
    public static string[] TapNames(WindowGeometry window) => Names("k", Taps, window);

    /// <summary>Opens the loops over an output channel's elements.</summary>
    public static void OverOutputs(LoopScope nest, WindowGeometry window)
    {
        string[] names = OutputNames(window);
        for (int i = 0; i < names.Length; i++) nest.Loop(names[i], window.Axes[i].Out);
    }

    /// <summary>The index of the output element within its channel, as terms for <see cref="LoopScope"/>.</summary>
    public static (string, int)[] OutputTerms(WindowGeometry window) => Terms(OutputNames(window), [.. window.Axes.Select(a => a.Out)]);

    /// <summary>The index of the tap within a filter of one channel.</summary>
    public static (string, int)[] TapTerms(WindowGeometry window) => Terms(TapNames(window), [.. window.Axes.Select(a => a.Kernel)]);

    /// <summary>Opens the loops over the taps inside the input.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="outer">The loops around, which hold the output's variables.</param>
    /// <param name="taps">The nest to open loops in.</param>
    /// <param name="window">The geometry.</param>
    /// <returns>The C# text of the input element's index within its channel.</returns>
    public static string OverTaps(StepWriter writer, LoopScope outer, LoopScope taps, WindowGeometry window)
    {
        string[] names = Names("i", ["id", "ih", "iw"], window);
        (string, int Stride)[] strides = Terms(names, [.. window.Axes.Select(a => a.In)]);
        var index = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            WindowAxis axis = window.Axes[i];
            (string output, string tap) = (OutputNames(window)[i], TapNames(window)[i]);
            // The loop is needed for its continue even where it has one turn.
            taps.Loop(tap, axis.Kernel, always: !axis.IsInside);
            if (axis.In == 1 && axis.IsInside) continue;
            string position = Position(outer, taps, output, tap, axis);
            if (axis.IsInside && axis.Stride == 1 && position == output)
            {
                index.Add(Term(position, strides[i].Stride));
                continue;
            }

            writer.Line($"int {names[i]} = {position};");
            if (!axis.IsInside) writer.Line($"if ({names[i]} < 0 || {names[i]} >= {axis.In}) continue;");
            index.Add(Term(names[i], strides[i].Stride));
        }

        return index.Count == 0 ? "0" : string.Join(" + ", index);
    }

    /// <summary>The index into a row-major block, as terms for <see cref="LoopScope"/>.</summary>
    public static (string Variable, int Stride)[] Terms(string[] names, int[] lengths)
    {
        int[] strides = Operators.Shaping.Positions.Strides(lengths);
        return [.. names.Select((name, i) => (name, strides[i]))];
    }

    /// <summary>The usual names of the last three axes; a number, counted from the last axis, for those outside.</summary>
    private static string[] Names(string letter, string[] usual, WindowGeometry window)
        => [.. window.Outer.Select((_, i) => letter + CSharpLiteral.Of(window.Outer.Length - i + 2)), .. usual];

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
