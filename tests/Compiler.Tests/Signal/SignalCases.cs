using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Signal;

/// <summary>Random models of one operator each: transforms, windows, random numbers, sorting and sums of products. Parameters are constants.</summary>
internal static class SignalCases
{
    private static readonly string[] Equations =
    [
        "ij,jk->ik", "ij,kj->ki", "bij,bjk->bik", "bhid,bhjd->bhij", "ij,j->i", "i,i->", "i,j->ij", "ij->ji", "ij->", "ii->i", "ii", "bii->b", "ij,ij->ij", "ij,jk,kl->il",
        "i,ij,j->", "...ij,...jk->...ik", "...i,i", "ba, bc ,b", "aB,Ba", "i...->...", "ij,jk,kj,i->k", "abc,cd->abd", "b...d,d...->b...", "ijk,kj->i",
    ];

    /// <summary>The operators, with what writes a random node of each; x is the model's input.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["DFT"] = Dft,
        ["STFT"] = Stft,
        ["HannWindow"] = (m, r, t) => Window(m, r, t, "HannWindow"),
        ["HammingWindow"] = (m, r, t) => Window(m, r, t, "HammingWindow"),
        ["BlackmanWindow"] = (m, r, t) => Window(m, r, t, "BlackmanWindow"),
        ["MelWeightMatrix"] = Mel,
        ["Det"] = Det,
        ["Einsum"] = Einsum,
        ["TopK"] = TopK,
        ["ReverseSequence"] = ReverseSequence,
        ["CumProd"] = CumProd,
    };

    /// <summary>Whether an operator's elements may be integers.</summary>
    public static bool Allows(string op, ElementType type)
        => type.IsFloat() || op is "Einsum" or "TopK" or "ReverseSequence" or "CumProd" || op.EndsWith("Window", StringComparison.Ordinal) || op == "MelWeightMatrix";

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    private static int[] Lengths(Random random, int rank, int most = 5, bool mayBeEmpty = true)
        => [.. Enumerable.Range(0, rank).Select(_ => mayBeEmpty && random.Next(15) == 0 ? 0 : random.Next(1, most + 1))];

    private static void Dft(OnnxModelWriter model, Random random, ElementType type)
    {
        bool isOld = random.Next(2) == 0;
        bool isInverse = random.Next(2) == 0;
        bool isOneSided = random.Next(2) == 0;
        int[] x = [.. Lengths(random, random.Next(1, 4), 4), isOneSided ? isInverse ? 2 : 1 : random.Next(1, 3)];
        int axis = random.Next(x.Length - 1);
        x[axis] = random.Next(6) == 0 ? random.Next(60, 140) : random.Next(2, 20);
        model.Opset(isOld ? 17 : 20).Input("x", type, Dims(x));
        string inputs = "x,";
        if (random.Next(2) == 0)
        {
            model.Initializer("length", [(long)random.Next(1, 24)]);
            inputs = "x,length";
        }

        if (!isOld)
        {
            model.Initializer("axis", [(long)(axis - (random.Next(2) * x.Length))]);
            inputs += ",axis";
        }

        model.Node("DFT", inputs, "y", n => _ = isOld ? n.Int("axis", axis).Int("inverse", isInverse ? 1 : 0).Int("onesided", isOneSided ? 1 : 0)
            : n.Int("inverse", isInverse ? 1 : 0).Int("onesided", isOneSided ? 1 : 0)).Output("y");
    }

    private static void Stft(OnnxModelWriter model, Random random, ElementType type)
    {
        bool isComplex = random.Next(3) == 0;
        int length = random.Next(1, 20);
        model.Input("x", type, Dims([random.Next(1, 3), length + random.Next(30), isComplex ? 2 : 1])).Initializer("step", [(long)random.Next(1, 9)]);
        string inputs = "x,step,";
        if (random.Next(2) == 0)
        {
            inputs += "window";
            model.Input("window", type, length);
        }

        if (random.Next(2) == 0 || !inputs.EndsWith('w'))
        {
            inputs += ",length";
            model.Initializer("length", [(long)length]);
        }

        model.Node("STFT", inputs, "y", n => n.Int("onesided", isComplex ? 0 : random.Next(2))).Output("y");
    }

    private static void Window(OnnxModelWriter model, Random random, ElementType type, string op)
        => model.Input("x", ElementType.Float32, 1).Initializer("size", [(long)random.Next(30)])
            .Node(op, "size", "y", n => n.Int("output_datatype", (long)type).Int("periodic", random.Next(2))).Output("y");

    private static void Mel(OnnxModelWriter model, Random random, ElementType type)
    {
        float low = random.Next(200);
        model.Input("x", ElementType.Float32, 1).Initializer("bands", [(long)random.Next(12)]).Initializer("length", [(long)random.Next(8, 70)]).Initializer("rate", [8000L])
            .Initializer("low", [low]).Initializer("high", [low + random.Next(100, 3700)])
            .Node("MelWeightMatrix", "bands,length,rate,low,high", "y", n => n.Int("output_datatype", (long)type)).Output("y");
    }

    private static void Det(OnnxModelWriter model, Random random, ElementType type)
    {
        int size = random.Next(6);
        model.Input("x", type, Dims([.. Lengths(random, random.Next(3)), size, size])).Node("Det", "x", "y").Output("y");
    }

    private static void Einsum(OnnxModelWriter model, Random random, ElementType type)
    {
        string equation = Equations[random.Next(Equations.Length)];
        Dictionary<char, int> lengths = "abcdeijklhB".ToDictionary(l => l, _ => random.Next(1, 6));
        int hidden = random.Next(3);
        string[] terms = equation.Replace(" ", "", StringComparison.Ordinal).Split("->")[0].Split(',');
        for (int i = 0; i < terms.Length; i++)
        {
            int[] dims = [.. terms[i].Replace("...", "01"[..Math.Min(2, hidden)], StringComparison.Ordinal).Select(l => char.IsDigit(l) ? (random.Next(4) == 0 ? 1 : 3) : lengths[l])];
            model.Input(i == 0 ? "x" : "x" + i, type, Dims(dims));
        }

        model.Node("Einsum", string.Join(",", terms.Select((_, i) => i == 0 ? "x" : "x" + i)), "y", n => n.String("equation", equation)).Output("y");
    }

    private static void TopK(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5), 7);
        int axis = random.Next(x.Length);
        int wanted = random.Next(4);
        model.Input("x", type, Dims(x)).Initializer("k", [(long)random.Next(x[axis] + 1)], 1)
            .Node("TopK", "x,k", wanted == 1 ? "y" : wanted == 2 ? ",i" : "y,i", n => n.Int("axis", axis - (random.Next(2) * x.Length)).Int("largest", random.Next(2)));
        if (wanted != 2) model.Output("y");
        if (wanted != 1) model.Output("i");
    }

    private static void ReverseSequence(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(2, 5), 6);
        int time = random.Next(2);
        model.Input("x", type, Dims(x)).Initializer("lengths", [.. Enumerable.Range(0, x[1 - time]).Select(_ => (long)random.Next(x[time] + 1))], x[1 - time])
            .Node("ReverseSequence", "x,lengths", "y", n => n.Int("time_axis", time).Int("batch_axis", 1 - time)).Output("y");
    }

    private static void CumProd(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5), 6);
        model.Opset(26).Input("x", type, Dims(x)).Initializer("axis", [(long)random.Next(-x.Length, x.Length)])
            .Node("CumProd", "x,axis", "y", n => n.Int("exclusive", random.Next(2)).Int("reverse", random.Next(2))).Output("y");
    }
}
