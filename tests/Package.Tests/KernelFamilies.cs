using System;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Package.Tests;

/// <summary>Models whose layers are computed by kernels of many kinds, with weights by chance.</summary>
internal static class KernelFamilies
{
    /// <summary>Floats: convolutions of one tap and of more, by Winograd and depthwise, a block of three, dense layers that look for zeros, functions behind them.</summary>
    public static byte[] Floats()
    {
        var model = new OnnxModelWriter().Opset(20).Input("x", ElementType.Float32, 1, 3, 28, 28);
        Conv(model, "x", "a", 3, 32, 3, stride: 2);
        model.Node("Relu", "a", "b");
        Conv(model, "b", "c", 32, 32, 3, groups: 32);
        model.Node("Relu", "c", "d");
        Conv(model, "d", "e", 32, 48, 1);
        model.Node("HardSwish", "e", "f");
        Conv(model, "f", "g", 48, 48, 3);
        model.Node("Relu", "g", "h").Initializer("low", [0f]).Initializer("high", [6f]);
        Conv(model, "h", "i", 48, 96, 1);
        model.Node("Clip", "i,low,high", "j");
        Conv(model, "j", "k", 96, 96, 3, groups: 96);
        model.Node("Clip", "k,low,high", "l");
        Conv(model, "l", "m", 96, 48, 1);
        Conv(model, "m", "n", 48, 48, 5, groups: 48, stride: 2);
        model.Node("GlobalAveragePool", "n", "o").Node("Flatten", "o", "p");
        Dense(model, "p", "q", 48, 256);
        model.Node("Relu", "q", "r");
        Dense(model, "r", "s", 256, 256);
        model.Node("Gelu", "s", "t");
        Dense(model, "t", "u", 256, 10);
        return model.Node("Softmax", "u", "y").Output("y", ElementType.Float32).ToBytes();
    }

    /// <summary>Integers of 8 bits: convolutions, depthwise too, a residual, an average and a dense layer, between floats.</summary>
    public static byte[] Bytes()
    {
        var model = new OnnxModelWriter().Opset(20).Input("x", ElementType.Float32, 1, 3, 32, 32)
            .Initializer("s", Tensor.FromSpan<float>(ElementType.Float32, [0.05f], [])).Initializer("z", Tensor.FromSpan<byte>(ElementType.UInt8, [128], []))
            .Initializer("ws", Tensor.FromSpan<float>(ElementType.Float32, [0.01f], [])).Initializer("wz", Tensor.FromSpan<sbyte>(ElementType.Int8, [0], []));
        Snap(model, "x", "x0");
        QuantisedConv(model, "x0", "a", 3, 32, 3, 1);
        QuantisedConv(model, "a", "b", 32, 32, 3, 32);
        QuantisedConv(model, "b", "c", 32, 32, 1, 1);
        model.Node("Add", "a,c", "d0");
        Snap(model, "d0", "d");
        QuantisedConv(model, "d", "e", 32, 64, 3, 1);
        model.Node("GlobalAveragePool", "e", "f0");
        Snap(model, "f0", "f");
        QuantisedConv(model, "f", "g", 64, 10, 1, 1);
        return model.Node("Flatten", "g", "y").Output("y", ElementType.Float32).ToBytes();
    }

    private static void Conv(OnnxModelWriter model, string from, string to, int inputs, int outputs, int taps, int groups = 1, int stride = 1)
        => model.Initializer(to + "_w", Numbers(outputs * inputs / groups * taps * taps, 0.3), outputs, inputs / groups, taps, taps).Initializer(to + "_b", Numbers(outputs, 0.1), outputs)
            .Node("Conv", $"{from},{to}_w,{to}_b", to, n => n.Ints("pads", taps / 2, taps / 2, taps / 2, taps / 2).Ints("strides", stride, stride).Int("group", groups));

    private static void Dense(OnnxModelWriter model, string from, string to, int inputs, int outputs)
        => model.Initializer(to + "_w", Numbers(inputs * outputs, 0.1), inputs, outputs).Initializer(to + "_b", Numbers(outputs, 0.1), outputs).Node("Gemm", $"{from},{to}_w,{to}_b", to);

    private static void QuantisedConv(OnnxModelWriter model, string from, string to, int inputs, int outputs, int taps, int groups)
    {
        int count = outputs * inputs / groups * taps * taps;
        sbyte[] weights = new sbyte[count];
        for (int i = 0; i < count; i++) weights[i] = (sbyte)((i * 37 % 201) - 100);
        model.Initializer(to + "_q", Tensor.FromSpan<sbyte>(ElementType.Int8, weights, [outputs, inputs / groups, taps, taps])).Node("DequantizeLinear", to + "_q,ws,wz", to + "_w")
            .Node("Conv", $"{from},{to}_w", to + "_c", n => n.Ints("pads", taps / 2, taps / 2, taps / 2, taps / 2).Int("group", groups));
        Snap(model, to + "_c", to);
    }

    private static void Snap(OnnxModelWriter model, string from, string to)
        => model.Node("QuantizeLinear", from + ",s,z", to + "_i").Node("DequantizeLinear", to + "_i,s,z", to);

    private static float[] Numbers(int count, double size)
    {
        var random = new Random(count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) numbers[i] = (float)((random.NextDouble() - 0.5) * size);
        return numbers;
    }
}
