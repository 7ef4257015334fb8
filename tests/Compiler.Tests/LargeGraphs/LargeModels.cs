using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.LargeGraphs;

/// <summary>Models of thousands of nodes, or of many weights.</summary>
internal static class LargeModels
{
    /// <summary>Elementwise nodes one after the other, some of which read a value from before.</summary>
    public static OnnxModelWriter Elementwise(int nodes)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 4, 64);
        string last = "x";
        for (int i = 0; i < nodes; i++)
        {
            switch (i % 5)
            {
                case 0: model.Node("Tanh", last, "v" + i); break;
                case 1: model.Initializer("c" + i, Weights(64, i, 1), 64).Node("Mul", $"{last},c{i}", "v" + i); break;
                case 2: model.Initializer("c" + i, Weights(64, i, 1), 64).Node("Add", $"{last},c{i}", "v" + i); break;
                case 3: model.Node("Sigmoid", last, "v" + i); break;
                default: model.Node("Add", $"{last},v{i - 4}", "v" + i); break;
            }

            last = "v" + i;
        }

        return model.Output(last);
    }

    /// <summary>Gemm and Tanh by turns.</summary>
    public static OnnxModelWriter Gemms(int nodes)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 4, 16);
        string last = "x";
        for (int i = 0; i < nodes / 2; i++)
        {
            model.Initializer("w" + i, Weights(256, i, 0.6f), 16, 16).Initializer("b" + i, Weights(16, i + 1, 0.3f), 16).Node("Gemm", $"{last},w{i},b{i}", "g" + i).Node("Tanh", "g" + i, "t" + i);
            last = "t" + i;
        }

        return model.Output(last);
    }

    /// <summary>Parts of changing shapes: joined, split, and one of many readers of one constant.</summary>
    public static OnnxModelWriter Moves(int nodes)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 8, 32).Initializer("c", Weights(32, 1, 1), 32).Initializer("parts", [32L, 32], 2);
        string last = "x";
        for (int i = 0; i < nodes; i++)
        {
            if (i % 3 == 0) model.Node("Concat", last + ",x", "v" + i, n => n.Int("axis", 1));
            else if (i % 3 == 1) model.Node("Split", $"{last},parts", $"v{i},u{i}", n => n.Int("axis", 1));
            else model.Node("Mul", last + ",c", "v" + i);
            last = "v" + i;
        }

        return model.Output(last);
    }

    /// <summary>A transformer that continues texts, as exporters of opset 17 write it.</summary>
    public static OnnxModelWriter Transformer(int blocks, int width, int heads, int length, int words)
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("ids", ElementType.Int64, 1, length).Initializer("scale", [1 / MathF.Sqrt(width / heads)])
            .Initializer("split", [1L, length, heads, width / heads], 4).Initializer("join", [1L, length, width], 3)
            .Initializer("mask", [.. Enumerable.Range(0, length * length).Select(i => i % length > i / length ? -1e9f : 0f)], length, length)
            .Initializer("root", [MathF.Sqrt(2)]).Initializer("one", [1f]).Initializer("half", [0.5f]);
        Matrix(model, "words", words, width);
        Matrix(model, "places", length, width);
        model.Node("Gather", "words,ids", "w").Node("Add", "w,places", "h0");
        for (int block = 0; block < blocks; block++) Block(model, "h" + block, "h" + (block + 1), "b" + block + ".", width);
        Norm(model, "h" + blocks, "last", "last", width);
        Matrix(model, "head", width, words);
        return model.Node("MatMul", "last,head", "logits").Output("logits");
    }

    private static void Block(OnnxModelWriter model, string from, string to, string p, int width)
    {
        Norm(model, from, p + "n1", p + "one", width);
        foreach (string m in new[] { "q", "k", "v" })
        {
            Dense(model, p + "n1", p + m, width, width);
            model.Node("Reshape", $"{p}{m},split", p + m + "r").Node("Transpose", p + m + "r", p + m + "t", n => n.Ints("perm", m == "k" ? [0, 2, 3, 1] : [0, 2, 1, 3]));
        }

        model.Node("MatMul", $"{p}qt,{p}kt", p + "s").Node("Mul", $"{p}s,scale", p + "ss").Node("Add", $"{p}ss,mask", p + "sm").Node("Softmax", p + "sm", p + "p", n => n.Int("axis", -1))
            .Node("MatMul", $"{p}p,{p}vt", p + "c").Node("Transpose", p + "c", p + "ct", n => n.Ints("perm", 0, 2, 1, 3)).Node("Reshape", $"{p}ct,join", p + "cj");
        Dense(model, p + "cj", p + "o", width, width);
        model.Node("Add", $"{p}o,{from}", p + "r");
        Norm(model, p + "r", p + "n2", p + "two", width);
        Dense(model, p + "n2", p + "f", width, 4 * width);
        model.Node("Div", $"{p}f,root", p + "g1").Node("Erf", p + "g1", p + "g2").Node("Add", $"{p}g2,one", p + "g3").Node("Mul", $"{p}f,{p}g3", p + "g4").Node("Mul", $"{p}g4,half", p + "g5");
        Dense(model, p + "g5", p + "d", 4 * width, width);
        model.Node("Add", $"{p}d,{p}r", to);
    }

    private static void Norm(OnnxModelWriter model, string from, string to, string name, int width)
        => model.Initializer(name + ".scale", [.. Enumerable.Repeat(1f, width)], width).Initializer(name + ".shift", Weights(width, width, 0.1f), width)
            .Node("LayerNormalization", $"{from},{name}.scale,{name}.shift", to);

    private static void Dense(OnnxModelWriter model, string from, string to, int inputs, int outputs)
    {
        Matrix(model, to + ".w", inputs, outputs);
        model.Initializer(to + ".b", Weights(outputs, outputs, 0.1f), outputs).Node("MatMul", $"{from},{to}.w", to + "m").Node("Add", $"{to}m,{to}.b", to);
    }

    private static void Matrix(OnnxModelWriter model, string name, int rows, int columns)
        => model.Initializer(name, Weights(rows * columns, name.Length + rows, 1.7f / MathF.Sqrt(rows)), rows, columns);

    private static float[] Weights(int count, int seed, float limit)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble() - 0.5f) * 2 * limit)];
    }
}
