using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.TestKit;

/// <summary>Small valid protobuf that asks for too much: absurd sizes, cycles, deep nesting, names that clash, data that do not fit.</summary>
internal static class HostileGraph
{
    private static readonly long[] Sizes = [0, 1, 2, 3, 1000, 65_536, int.MaxValue, 1L << 32, 1L << 40, long.MaxValue, -1, long.MinValue];

    public static byte[] Make(Random random)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(random.Next(1, 29)).Input("x", ElementType.Float32, Dims(random)).Input("c", ElementType.Bool);
        for (int i = random.Next(1, 6); i > 0; i--) AddTrouble(writer, random, i);
        return writer.Output("x").Output("y" + random.Next(4)).ToBytes();
    }

    private static void AddTrouble(OnnxModelWriter writer, Random random, int i)
    {
        string y = "y" + random.Next(4);
        string any = random.Next(2) == 0 ? "x" : "y" + random.Next(4);
        long size = Sizes[random.Next(Sizes.Length)];
        switch (random.Next(12))
        {
            case 0: writer.Initializer("s" + i, [size, size], 2).Node("Reshape", any + ",s" + i, y); break;
            case 1: writer.Initializer("s" + i, [size], 1).Node("ConstantOfShape", "s" + i, y, n => n.Tensor("value", Tensor.Of([1f], 1))); break;
            case 2: writer.Initializer("s" + i, [size, 1, size], 3).Node("Expand", any + ",s" + i, y); break;
            case 3: writer.Initializer("s" + i, [size, size, size], 3).Node("Tile", any + ",s" + i, y); break;
            case 4: Range(writer, i, size, y); break;
            case 5: writer.Initializer("s" + i, [size, -size, size, size], 4).Node("Pad", any + ",s" + i, y); break;
            case 6: writer.Node("Conv", any + ",w" + i, y, n => n.Ints("strides", size, size).Ints("pads", size, size, size, size).Ints("dilations", size, size).Int("group", size)).Initializer("w" + i, new float[4], 1, 1, 2, 2); break;
            case 7: writer.SparseInitializer("w" + i, Tensor.Of([1f], 1), Tensor.Of([size], 1), random.Next(1 << 16), random.Next(1 << 16)).Node("Add", any + ",w" + i, y); break;
            case 8: Nest(writer, random.Next(40), any, y); break;
            case 9: writer.Node("Concat", string.Join(",", Enumerable.Repeat(any, random.Next(1, 200))), y, n => n.Int("axis", size)); break;
            case 10: Double(writer, random.Next(60), i, any, y); break;
            default: writer.ExternalInitializer("w" + i, (ElementType)random.Next(30), [random.Next(), random.Next(3)], ("location", "../w"), ("offset", size.ToString(System.Globalization.CultureInfo.InvariantCulture))); break;
        }
    }

    private static void Range(OnnxModelWriter writer, int i, long size, string y) => writer
        .Initializer("a" + i, Tensor.Of([0L])).Initializer("b" + i, Tensor.Of([size])).Initializer("d" + i, Tensor.Of([size % 3]))
        .Node("Range", $"a{i},b{i},d{i}", y);

    /// <summary>If in If in If: as deep as protobuf lets it.</summary>
    private static void Nest(OnnxModelWriter writer, int depth, string any, string y)
    {
        writer.Node("If", "c", y, n => n.Graph("then_branch", g => Inner(g, depth)).Graph("else_branch", g => g.Output(any)));

        void Inner(OnnxGraphWriter graph, int left)
        {
            if (left == 0) graph.Output(any);
            else graph.Node("If", "c", "t", n => n.Graph("then_branch", g => Inner(g, left - 1)).Graph("else_branch", g => g.Output("c"))).Output("t");
        }
    }

    /// <summary>Every node doubles what the one before made: sixty nodes ask for 2^60 elements.</summary>
    private static void Double(OnnxModelWriter writer, int times, int i, string any, string y)
    {
        string last = any;
        for (int k = 0; k < times; k++)
        {
            string next = $"d{i}_{k}";
            writer.Node("Concat", last + "," + last, next, n => n.Int("axis", 0));
            last = next;
        }

        writer.Node("Identity", last, y);
    }

    private static OnnxDim[] Dims(Random random)
    {
        var dims = new OnnxDim[random.Next(6)];
        for (int i = 0; i < dims.Length; i++) dims[i] = random.Next(4) == 0 ? "n" + random.Next(3) : Sizes[random.Next(Sizes.Length)];
        return dims;
    }
}
