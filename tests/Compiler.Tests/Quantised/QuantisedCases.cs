using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Random models of one quantised operator each. Parameters are constants or inputs.</summary>
internal static class QuantisedCases
{
    /// <summary>The operators, with what writes a random model of each.</summary>
    public static IReadOnlyDictionary<string, Action<QuantisedModel>> All { get; } = new Dictionary<string, Action<QuantisedModel>>
    {
        ["QuantizeLinear"] = m => Linear(m, "QuantizeLinear"),
        ["DequantizeLinear"] = m => Linear(m, "DequantizeLinear"),
        ["DynamicQuantizeLinear"] = m => m.Value("x", ElementType.Float32, m.Lengths(m.Random.Next(4))).Node("DynamicQuantizeLinear", "x", "y,s,z").Output("y").Output("s").Output("z"),
        ["DequantizeLinear of packed constants"] = Packed,
        ["MatMulInteger of dynamic quantisation"] = DynamicMatMul,
        ["MatMulInteger"] = m => MatMul(m, requantises: false),
        ["QLinearMatMul"] = m => MatMul(m, requantises: true),
        ["ConvInteger"] = m => Conv(m, requantises: false),
        ["QLinearConv"] = m => Conv(m, requantises: true),
    };

    private static void Linear(QuantisedModel m, string op)
    {
        bool quantises = op == "QuantizeLinear";
        ElementType type = m.Pick(ElementType.Int8, ElementType.UInt8, ElementType.Int16, ElementType.UInt16, ElementType.Int4, ElementType.UInt4, ElementType.UInt2, ElementType.Float8E4M3FN, ElementType.Float8E5M2, ElementType.Float4E2M1);
        ElementType real = m.Pick(ElementType.Float32, ElementType.Float16, ElementType.BFloat16);
        int[] x = m.Lengths(m.Random.Next(1, 5));
        int axis = m.Random.Next(x.Length);
        int block = m.Random.Next(3) == 0 ? m.Random.Next(1, 4) : 0;
        int[] scale = block > 0 ? [.. x.Select((d, i) => i == axis ? (d + block - 1) / block : d)] : m.Random.Next(2) == 0 ? [x[axis]] : [];
        bool hasZero = m.Random.Next(4) > 0;
        bool isPower = m.Random.Next(5) == 0;
        m.Writer.Opset(isPower || type is ElementType.UInt2 ? 25 : type == ElementType.Float4E2M1 ? 23 : m.Pick(21, 23, 25));
        m.Value("x", quantises ? real : type, x).Scale("s", isPower ? ElementType.Float8E8M0 : real, scale);
        if (hasZero) m.Value("z", type, scale, canBeConstant: true);
        m.Node(op, hasZero ? "x,s,z" : "x,s", "y", n =>
        {
            if (scale.Length > 0) n.Int("axis", m.Random.Next(2) == 0 ? axis : axis - x.Length);
            if (block > 0) n.Int("block_size", block);
            if (quantises && !hasZero) n.Int("output_dtype", (long)type);
            if (!quantises && isPower) n.Int("output_dtype", (long)real);
        }).Output("y");
    }

    private static void Packed(QuantisedModel m)
    {
        ElementType type = m.Pick(ElementType.Int4, ElementType.UInt4, ElementType.Int2, ElementType.UInt2);
        int[] x = [.. Enumerable.Range(0, m.Random.Next(1, 4)).Select(_ => m.Random.Next(1, 9))];
        int axis = m.Random.Next(x.Length);
        int block = m.Random.Next(3) > 0 ? m.Random.Next(1, 5) : 0;
        int[] scale = block > 0 ? [.. x.Select((d, i) => i == axis ? (d + block - 1) / block : d)] : m.Random.Next(2) == 0 ? [x[axis]] : [];
        m.Writer.Opset(25);
        m.Constant("x", type, x).Scale("s", ElementType.Float32, scale).Value("z", type, scale, canBeConstant: true).Value("t", ElementType.Float32, []);
        m.Node("DequantizeLinear", "x,s,z", "d", n =>
        {
            n.Int("axis", axis);
            if (block > 0) n.Int("block_size", block);
        }).Node("Add", "d,t", "y").Output("y");
    }

    private static void DynamicMatMul(QuantisedModel m)
    {
        int depth = m.Random.Next(1, 70);
        ElementType type = m.Pick(ElementType.Int8, ElementType.UInt8);
        m.Value("a", ElementType.Float32, [m.Random.Next(1, 70), depth]).Constant("b", type, [depth, m.Random.Next(1, 9)]).Constant("bz", type, []);
        m.Node("DynamicQuantizeLinear", "a", "q,s,z").Node("MatMulInteger", "q,b,z,bz", "y").Output("y").Output("s");
    }

    private static void MatMul(QuantisedModel m, bool requantises)
    {
        ElementType left = m.Pick(ElementType.Int8, ElementType.UInt8);
        ElementType right = m.Pick(ElementType.Int8, ElementType.UInt8);
        int[] batch = [.. Enumerable.Range(0, m.Random.Next(3)).Select(_ => m.Random.Next(1, 4))];
        (int rows, int depth, int columns) = (m.Random.Next(1, 6), m.Random.Next(1, 40), m.Random.Next(1, 9));
        m.Value("a", left, [.. batch, rows, depth]);
        m.Value("b", right, m.Random.Next(2) == 0 ? [depth, columns] : [.. batch, depth, columns], canBeConstant: true);
        int[] aRows = m.Random.Next(3) == 0 ? [rows] : [];
        int[] bColumns = m.Random.Next(3) == 0 ? [columns] : m.Random.Next(2) == 0 ? [1] : [];
        m.Value("az", left, aRows, canBeConstant: true).Value("bz", right, bColumns, canBeConstant: true);
        if (!requantises)
        {
            m.Node("MatMulInteger", m.Random.Next(4) == 0 ? "a,b" : m.Random.Next(3) == 0 ? "a,b,,bz" : "a,b,az,bz", "y").Output("y");
            return;
        }

        ElementType result = m.Pick(ElementType.Int8, ElementType.UInt8);
        m.Scale("as", ElementType.Float32, aRows).Scale("bs", ElementType.Float32, bColumns).Scale("ys", ElementType.Float32, [], 4).Value("yz", result, [], canBeConstant: true);
        m.Node("QLinearMatMul", "a,as,az,b,bs,bz,ys,yz", "y").Output("y");
    }

    private static void Conv(QuantisedModel m, bool requantises)
    {
        int dimensions = m.Random.Next(5) == 0 ? 4 : m.Random.Next(1, 4);
        int groups = m.Pick(1, 1, 2, 3);
        int inputs = m.Random.Next(1, 4);
        int outputs = m.Random.Next(1, 4);
        int[] kernel = [.. Enumerable.Range(0, dimensions).Select(_ => m.Random.Next(1, 4))];
        ElementType xType = m.Pick(ElementType.Int8, ElementType.UInt8);
        ElementType wType = m.Pick(ElementType.Int8, ElementType.UInt8);
        int[] channels = m.Random.Next(2) == 0 ? [outputs * groups] : [];
        m.Value("x", xType, [m.Random.Next(1, 3), inputs * groups, .. kernel.Select(k => k + m.Random.Next(0, dimensions > 2 ? 3 : 7))]);
        m.Value("w", wType, [outputs * groups, inputs, .. kernel], canBeConstant: true);
        m.Value("xz", xType, [], canBeConstant: true).Value("wz", wType, channels, canBeConstant: true);
        bool hasBias = m.Random.Next(2) == 0;
        string values = m.Random.Next(4) == 0 ? "x,w" : "x,w,xz,wz";
        if (requantises)
        {
            ElementType result = m.Pick(ElementType.Int8, ElementType.UInt8);
            m.Scale("xs", ElementType.Float32, []).Scale("ws", ElementType.Float32, channels).Scale("ys", ElementType.Float32, [], 4).Value("yz", result, [], canBeConstant: true);
            if (hasBias) m.Value("b", ElementType.Int32, [outputs * groups], canBeConstant: true);
            values = hasBias ? "x,xs,xz,w,ws,wz,ys,yz,b" : "x,xs,xz,w,ws,wz,ys,yz";
        }

        m.Node(requantises ? "QLinearConv" : "ConvInteger", values, "y", n =>
        {
            n.Int("group", groups).Ints("strides", [.. kernel.Select(_ => (long)m.Random.Next(1, 3))]);
            if (m.Random.Next(2) == 0) n.Ints("pads", [.. kernel.Concat(kernel).Select(k => (long)m.Random.Next(0, k))]);
            else if (m.Random.Next(2) == 0) n.String("auto_pad", "SAME_LOWER");
        }).Output("y");
    }
}
