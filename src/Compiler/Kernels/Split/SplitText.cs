using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>The C# that all lowerings share: loops over pixels, indices, the padded input.</summary>
internal sealed class SplitText(StepWriter writer, SplitLayer layer)
{
    private static readonly string[] InputAxes = ["id", "ih", "iw"];

    /// <summary>The method's body.</summary>
    public StepWriter Writer { get; } = writer;

    /// <summary>The output.</summary>
    public string Y => Writer.Output(0);

    /// <summary>What the taps read: the input, or its padded copy.</summary>
    public string Source => layer.Plane.IsPadded ? "padded" : Input;

    /// <summary>The input; where weights have two codes, its copy with every channel twice.</summary>
    public string Input => layer.IsPaired ? "pairs" : Writer.Input(0);

    /// <summary>Floats of the copy of the input with every channel twice.</summary>
    public static long PairsLength(SplitLayer layer) => layer.IsPaired ? (long)layer.Geometry.Batch * layer.Geometry.InChannels * layer.Geometry.Window.InLength : 0;

    private WindowAxis[] Axes => layer.Geometry.Window.Axes;

    /// <summary>The expression of one of the step's constants; null where it has none of that role.</summary>
    public string? Constant(string role)
    {
        for (int i = 0; i < Writer.Step.Weights.Length; i++)
            if (Writer.Step.Weights[i].Role == role) return Writer.Weight(i);
        return null;
    }

    /// <summary>A nest of loops.</summary>
    public LoopScope Nest() => new(Writer);

    /// <summary>The sum of variables times strides, of those whose loops are open in one of several nests.</summary>
    public static string Index(LoopScope[] nests, params (string Variable, int Stride)[] terms)
    {
        List<string> open = [.. terms.Select(t => t.Variable).Where(v => nests.Any(n => n.Has(v)))];
        return LoopScope.Index(open, terms);
    }

    /// <summary>A sum of two indices.</summary>
    public static string Plus(string a, string b) => a == "0" ? b : b == "0" ? a : a + " + " + b;

    /// <summary>A product or name as a term of a longer sum.</summary>
    public static string Term(string index, int stride) => stride == 1 || index == "0" ? index : "(" + Product(index, stride) + ")";

    /// <summary>A product of an index and a stride.</summary>
    public static string Product(string index, int stride)
        => stride == 1 || index == "0" ? index : (index.Contains(" ") ? "(" + index + ")" : index) + " * " + CSharpLiteral.Of(stride);

    /// <summary>Opens the loops over a kernel's taps.</summary>
    public static void OverTaps(LoopScope nest, WindowGeometry window)
    {
        for (int i = 0; i < 3; i++) nest.Loop(WindowLoops.Taps[i], window.Axes[i].Kernel);
    }

    /// <summary>The element of <see cref="Source"/> that a tap of the first window reads; loops n, g, ic and those of the taps may be open.</summary>
    public string TapIndex(params LoopScope[] nests)
    {
        int plane = (int)layer.Plane.Length;
        return Index(nests,
            ("n", layer.Plane.IsPadded ? 0 : layer.Geometry.InChannels * plane), ("g", layer.GroupInputs * plane), ("ic", plane),
            TapTerm(0), TapTerm(1), TapTerm(2));
    }

    /// <summary>The place in a plane that a tap of the first window reads.</summary>
    public string TapPlace(params LoopScope[] nests) => Index(nests, TapTerm(0), TapTerm(1), TapTerm(2));

    /// <summary>The place of a tap in a kernel.</summary>
    public string KernelPlace(int channels, params LoopScope[] nests)
    {
        (string, int)[] taps = WindowLoops.TapTerms(layer.Geometry.Window);
        return Index(nests, ("g", layer.GroupInputs * channels), ("ic", channels), taps[0], taps[1], taps[2]);
    }

    /// <summary>Writes a statement for every output pixel.</summary>
    /// <param name="statement">From the pixel's place in an output plane and its window's distance from the first one's in the input plane.</param>
    public void OverPixels(System.Func<string, string, string> statement)
    {
        using LoopScope pixels = Nest();
        WindowLoops.OverOutputs(pixels, layer.Geometry.Window);
        (string, int)[] place = WindowLoops.OutputTerms(layer.Geometry.Window);
        string window = Index([pixels], ("od", Axes[0].Stride * layer.Plane.Stride(0)), ("oh", Axes[1].Stride * layer.Plane.Stride(1)), ("ow", Axes[2].Stride));
        Writer.Line(statement(Index([pixels], place), window));
    }

    /// <summary>Writes statements that add or subtract for every output pixel, as the sign of <c>map</c> says.</summary>
    /// <param name="sum">The element summed to, from the pixel's place in an output plane.</param>
    /// <param name="term">The term, from the pixel's place and its window's.</param>
    public void AddOrSubtract(System.Func<string, string> sum, System.Func<string, string, string> term)
    {
        using (Writer.Block("if (map > 0)")) OverPixels((place, window) => $"{sum(place)} += {term(place, window)};");
        using (Writer.Block("else if (map < 0)")) OverPixels((place, window) => $"{sum(place)} -= {term(place, window)};");
    }

    /// <summary>Opens the loops over the input pixels of a channel that taps read.</summary>
    /// <param name="nest">The nest to open loops in.</param>
    /// <returns>The pixel's place in the input's plane and in the padded one.</returns>
    public (string Input, string Plane) OverReadPixels(LoopScope nest)
    {
        string input = "0", plane = "0";
        int[] strides = [Axes[1].In * Axes[2].In, Axes[2].In, 1];
        int constant = 0, shift = 0;
        for (int i = 0; i < 3; i++)
        {
            ReadRange reads = layer.Plane.Reads[i];
            shift += layer.Plane.Offsets[i] * layer.Plane.Stride(i);
            if (reads.Count == 1)
            {
                constant += reads.First * strides[i];
                shift += reads.First * layer.Plane.Stride(i);
                continue;
            }

            nest.Range(InputAxes[i], reads.First, reads.End, reads.Step);
            input = Plus(input, Term(InputAxes[i], strides[i]));
            plane = Plus(plane, Term(InputAxes[i], layer.Plane.Stride(i)));
        }

        return (Plus(input, CSharpLiteral.Of(constant)), Plus(plane, CSharpLiteral.Of(shift)));
    }

    /// <summary>Writes <c>pairs</c>, behind the loops' own workspace.</summary>
    public void WritePairs(long start)
    {
        if (!layer.IsPaired) return;
        int length = layer.GroupInputs / 2 * layer.Geometry.Window.InLength;
        Writer.Line("// A weight is the sum of a coarse and a fine code: the input channels of a group stand twice, once for either.");
        Writer.Line($"var pairs = workspace.Slice({start}, {PairsLength(layer)});");
        using (Writer.Block($"for (int g = 0; g < {layer.Geometry.Batch * layer.Geometry.Groups}; g++)"))
        {
            Writer.Line($"var channels = {Writer.Input(0)}.Slice({Product("g", length)}, {length});");
            Writer.Line($"channels.CopyTo(pairs.Slice({Product("g", 2 * length)}));");
            Writer.Line($"channels.CopyTo(pairs.Slice({Plus(Term("g", 2 * length), CSharpLiteral.Of(length))}));");
        }
    }

    /// <summary>Copies all channels of sample n between zeros; <c>padded</c> has been cleared.</summary>
    public void CopyPadded(LoopScope samples)
    {
        int[] copied = layer.Plane.Copied;
        if (copied.Any(c => c == 0)) return;
        WindowGeometry window = layer.Geometry.Window;
        int plane = (int)layer.Plane.Length;
        using LoopScope rows = Nest().Loop("c", layer.Geometry.InChannels).Loop("id", copied[0]).Loop("ih", copied[1]);
        LoopScope[] nests = [samples, rows];
        string from = Index(nests, ("n", layer.Geometry.InChannels * window.InLength), ("c", window.InLength), ("id", Axes[1].In * Axes[2].In), ("ih", Axes[2].In));
        int first = Enumerable.Range(0, 3).Sum(i => layer.Plane.Offsets[i] * layer.Plane.Stride(i));
        string to = Plus(Index(nests, ("c", plane), ("id", layer.Plane.Stride(0)), ("ih", layer.Plane.Stride(1))), CSharpLiteral.Of(first));
        Writer.Line($"{Input}.Slice({from}, {copied[2]}).CopyTo(padded.Slice({to}));");
    }

    private (string, int) TapTerm(int axis) => (WindowLoops.Taps[axis], Axes[axis].Dilation * layer.Plane.Stride(axis));
}
