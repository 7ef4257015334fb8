using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Small random networks of the operators that have bounds.</summary>
internal static class RandomNetworks
{
    private static readonly string[] Functions = ["Relu", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Clip"];

    /// <summary>Dense layers, now and then around a shortcut.</summary>
    public static OnnxModelWriter Dense(Random random, int inputs, int outputs)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, inputs);
        (string value, int length) = ("x", inputs);
        int layers = 1 + random.Next(3);
        for (int i = 0; i < layers; i++)
        {
            int width = 3 + random.Next(8);
            Layer(model, random, value, "z" + i, length, width, "Gemm");
            Function(model, random, "z" + i, "a" + i);
            (value, length) = ("a" + i, width);
            if (random.Next(3) > 0) continue;
            Layer(model, random, value, "s" + i, width, width, "MatMul");
            model.Node("Add", value + ",s" + i, "r" + i);
            value = "r" + i;
        }

        Layer(model, random, value, "y", length, outputs, "Gemm");
        return model.Output("y", ElementType.Float32, 1, outputs);
    }

    /// <summary>A convolution, pooling or movement, and a dense layer.</summary>
    public static OnnxModelWriter Convolutional(Random random, int outputs)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2, 5, 4)
            .Initializer("w", Values(random, 3 * 2 * 3 * 3), 3, 2, 3, 3).Initializer("b", Values(random, 3), 3);
        bool pads = random.Next(2) == 0;
        model.Node("Conv", "x,w,b", "c", n => n.Ints("pads", pads ? [1, 1, 1, 1] : [0, 0, 0, 0]));
        Function(model, random, "c", "a");
        string pool = new[] { "MaxPool", "AveragePool", "GlobalAveragePool", "Transpose" }[random.Next(4)];
        (int height, int width) = pads ? (5, 4) : (3, 2);
        int length = 3 * height * width;
        switch (pool)
        {
            case "GlobalAveragePool":
                model.Node(pool, "a", "p");
                length = 3;
                break;
            case "Transpose":
                model.Node(pool, "a", "p", n => n.Ints("perm", 0, 2, 3, 1));
                break;
            default:
                model.Node(pool, "a", "p", n => n.Ints("kernel_shape", 2, 2));
                length = 3 * (height - 1) * (width - 1);
                break;
        }

        model.Node("Flatten", "p", "f");
        Layer(model, random, "f", "y", length, outputs, "Gemm");
        return model.Output("y", ElementType.Float32, 1, outputs);
    }

    private static void Layer(OnnxModelWriter model, Random random, string x, string y, int inputs, int outputs, string op)
    {
        model.Initializer("w" + y, Values(random, inputs * outputs), inputs, outputs);
        if (op == "Gemm") model.Initializer("b" + y, Values(random, outputs), outputs).Node(op, x + ",w" + y + ",b" + y, y);
        else model.Node(op, x + ",w" + y, y);
    }

    private static void Function(OnnxModelWriter model, Random random, string x, string y)
    {
        string function = Functions[random.Next(Functions.Length)];
        if (function == "Clip") model.Initializer("low" + y, [-0.3f]).Initializer("high" + y, [0.7f]).Node(function, x + ",low" + y + ",high" + y, y);
        else model.Node(function, x, y);
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
