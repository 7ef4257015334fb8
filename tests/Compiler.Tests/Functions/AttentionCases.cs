using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>Random models of one operator of attention each. Integer inputs are below the number in the graph's name.</summary>
internal static class AttentionCases
{
    /// <summary>The operators, with what writes a random node of each.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["Attention"] = (m, r, t) => Attention(m, r, t, isShown: false),
        ["Attention with scores"] = (m, r, t) => Attention(m, r, t, isShown: true),
        ["RotaryEmbedding"] = Rotary,
        ["LinearAttention"] = LinearAttention,
        ["CausalConvWithState"] = CausalConv,
        ["FlexAttention"] = Flex,
        ["TensorScatter"] = TensorScatter,
        ["CenterCropPad"] = CenterCropPad,
        ["AffineGrid"] = AffineGrid,
        ["BatchNormalization in training"] = Training,
    };

    /// <summary>Whether the specification allows the element type.</summary>
    public static bool Allows(string op, ElementType type)
        => type != ElementType.Float64 || op is not ("RotaryEmbedding" or "LinearAttention" or "CausalConvWithState");

    private static OnnxDim[] Dims(params int[] lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    private static void Attention(OnnxModelWriter model, Random random, ElementType type, bool isShown)
    {
        int opset = random.Next(23, 25);
        (int batch, int groups, int perGroup) = (random.Next(1, 3), random.Next(1, 3), random.Next(1, 4));
        (int depth, int width) = (random.Next(1, 20), random.Next(1, 20));
        int rows = random.Next(3) == 0 ? random.Next(30, 70) : random.Next(1, 12);
        int added = random.Next(1, 24);
        int past = random.Next(3) == 0 ? random.Next(0, 9) : -1;
        bool isPacked = random.Next(2) == 0;
        int total = added + Math.Max(0, past);
        int[] Heads(int heads, int positions, int length) => isPacked ? [batch, positions, heads * length] : [batch, heads, positions, length];
        model.Opset(opset).GraphName("below " + (added + 3)).Input("q", type, Dims(Heads(groups * perGroup, rows, depth)))
            .Input("k", type, Dims(Heads(groups, added, depth))).Input("v", type, Dims(Heads(groups, added, width)));
        string[] inputs = ["q", "k", "v", Mask(model, random, type, opset, [batch, groups * perGroup, rows, total]), "", "", ""];
        if (past >= 0)
        {
            model.Input("pastKey", type, Dims(batch, groups, past, depth)).Input("pastValue", type, Dims(batch, groups, past, width));
            (inputs[4], inputs[5]) = ("pastKey", "pastValue");
        }
        else if (opset == 24 && random.Next(3) == 0)
        {
            model.Input("lengths", ElementType.Int64, batch);
            inputs[6] = "lengths";
        }

        string[] outputs = ["y", random.Next(2) == 0 ? "presentKey" : "", random.Next(2) == 0 ? "presentValue" : "", isShown ? "scores" : ""];
        model.Node("Attention", string.Join(",", inputs).TrimEnd(','), string.Join(",", outputs).TrimEnd(','), n => Attributes(n, random, isShown, isPacked ? groups * perGroup : 0, groups));
        foreach (string output in outputs)
            if (output.Length > 0) model.Output(output);
    }

    private static void Attributes(OnnxNodeWriter node, Random random, bool isShown, int heads, int groups)
    {
        node.Int("is_causal", random.Next(2));
        if (heads > 0) node.Int("q_num_heads", heads).Int("kv_num_heads", groups);
        if (random.Next(2) == 0) node.Float("softcap", 1.5f);
        if (random.Next(2) == 0) node.Float("scale", 0.3f);
        if (random.Next(4) == 0) node.Int("softmax_precision", (long)ElementType.Float64);
        if (isShown) node.Int("qk_matmul_output_mode", random.Next(4));
    }

    private static string Mask(OnnxModelWriter model, Random random, ElementType type, int opset, int[] lengths)
    {
        int kind = random.Next(4);
        if (kind == 0) return "";
        int[] mask = [.. lengths.Select((d, a) => a < 3 && random.Next(2) == 0 ? 1 : d)];
        if (opset == 24 && random.Next(3) == 0) mask[3] = random.Next(1, lengths[3] + 1);
        if (opset == 23 && random.Next(6) == 0) mask[3] = 1;
        int rank = random.Next(1, 5);
        if (mask.Take(4 - rank).Any(d => d != 1)) rank = 4;
        ElementType maskType = kind == 1 ? ElementType.Bool : kind == 2 ? ElementType.Int8 : type;
        model.Input("mask", maskType, Dims([.. mask.Skip(4 - rank)]));
        return "mask";
    }

    private static void Rotary(OnnxModelWriter model, Random random, ElementType type)
    {
        (int batch, int positions, int heads, int pairs) = (random.Next(1, 4), random.Next(1, 5), random.Next(1, 4), random.Next(1, 12));
        bool isPartial = random.Next(2) == 0;
        int length = (2 * pairs) + (isPartial ? random.Next(1, 4) : 0);
        bool isPacked = random.Next(2) == 0;
        model.Opset(23).GraphName("below 7").Input("x", type, Dims(isPacked ? [batch, positions, heads * length] : [batch, heads, positions, length]));
        bool hasTable = random.Next(2) == 0;
        int[] angles = hasTable ? [7, pairs] : [random.Next(2) == 0 ? 1 : batch, positions, pairs];
        model.Input("cos", type, Dims(angles)).Input("sin", type, Dims(angles));
        if (hasTable) model.Input("positions", ElementType.Int64, batch, positions);
        model.Node("RotaryEmbedding", hasTable ? "x,cos,sin,positions" : "x,cos,sin", "y", n =>
        {
            n.Int("interleaved", random.Next(2));
            if (isPartial) n.Int("rotary_embedding_dim", 2 * pairs);
            if (isPacked) n.Int("num_heads", heads);
        }).Output("y");
    }

    private static void LinearAttention(OnnxModelWriter model, Random random, ElementType type)
    {
        string rule = new[] { "linear", "gated", "delta", "gated_delta" }[random.Next(4)];
        (int batch, int steps, int groups, int perGroup) = (random.Next(1, 3), random.Next(1, 5), random.Next(1, 4), random.Next(1, 3));
        (int depth, int width) = (random.Next(1, 10), random.Next(1, 10));
        model.Opset(27).Input("q", type, batch, steps, groups * perGroup * depth).Input("k", type, batch, steps, groups * depth).Input("v", type, batch, steps, groups * width);
        string[] inputs = ["q", "k", "v", "", "", ""];
        if (random.Next(2) == 0)
        {
            model.Input("past", random.Next(2) == 0 ? ElementType.Float32 : type, batch, groups, depth, width);
            inputs[3] = "past";
        }

        if (rule.Contains("gated"))
        {
            model.Input("decay", type, batch, steps, random.Next(2) == 0 ? groups : groups * depth);
            inputs[4] = "decay";
        }

        if (rule.Contains("delta"))
        {
            model.Input("beta", type, batch, steps, random.Next(2) == 0 ? groups : 1);
            inputs[5] = "beta";
        }

        // Small factors: a state that grows from step to step says nothing of rounding.
        model.Node("LinearAttention", string.Join(",", inputs).TrimEnd(','), "y,state", n => n.String("update_rule", rule).Int("q_num_heads", groups * perGroup).Int("kv_num_heads", groups).Float("scale", 0.01f))
            .Output("y").Output("state");
    }

    private static void CausalConv(OnnxModelWriter model, Random random, ElementType type)
    {
        (int batch, int channels, int length, int kernel) = (random.Next(1, 3), random.Next(1, 6), random.Next(1, 9), random.Next(1, 6));
        model.Opset(27).Input("x", type, batch, channels, length).Input("w", type, channels, 1, kernel);
        bool hasBias = random.Next(2) == 0;
        bool hasPast = random.Next(2) == 0;
        if (hasBias) model.Input("b", type, channels);
        if (hasPast) model.Input("past", type, batch, channels, kernel - 1);
        model.Node("CausalConvWithState", "x,w," + (hasBias ? "b" : "") + (hasPast ? ",past" : ""), "y,state", n => n.String("activation", new[] { "none", "silu", "swish" }[random.Next(3)])).Output("y").Output("state");
    }

    private static void Flex(OnnxModelWriter model, Random random, ElementType type)
    {
        (int batch, int groups, int perGroup, int rows, int keys, int depth, int width) = (random.Next(1, 3), random.Next(1, 3), random.Next(1, 3), random.Next(1, 6), random.Next(1, 6), random.Next(1, 6), random.Next(1, 6));
        bool isWide = random.Next(2) == 0;
        ElementType stated = isWide && type != ElementType.Float64 ? ElementType.Float32 : type;
        model.Opset(26).Opset(1, "ai.onnx.preview").Input("q", type, batch, groups * perGroup, rows, depth).Input("k", type, batch, groups, keys, depth).Input("v", type, batch, groups, keys, width)
            .Input("bias", stated, rows, keys).Node("FlexAttention", "q,k,v", "y", n =>
            {
                n.Domain("ai.onnx.preview");
                if (random.Next(2) == 0) n.Float("scale", 0.2f);
                if (random.Next(2) == 0) n.Graph("score_mod", g => g.Input("s", stated, "B", "H", "L", "S").Node("Add", "s,bias", "shifted").Node("Tanh", "shifted", "t").Output("t", stated, "B", "H", "L", "S"));
                if (random.Next(2) == 0) n.Graph("prob_mod", g => g.Input("p", stated, "B", "H", "L", "S").Node("Mul", "p,p", "t").Output("t", stated, "B", "H", "L", "S"));
            }).Output("y");
    }

    private static void TensorScatter(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] cache = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 6))];
        int axis = random.Next(1, cache.Length);
        int[] update = [.. cache];
        update[axis] = random.Next(1, cache[axis] + 1);
        bool isCircular = random.Next(2) == 0;
        bool hasIndices = random.Next(3) > 0;
        model.Opset(24).GraphName("below " + (isCircular ? 50 : cache[axis] - update[axis] + 1)).Input("cache", type, Dims(cache)).Input("update", type, Dims(update));
        if (hasIndices) model.Input("indices", ElementType.Int64, cache[0]);
        model.Node("TensorScatter", hasIndices ? "cache,update,indices" : "cache,update", "y", n => n.Int("axis", axis - (random.Next(2) * cache.Length)).String("mode", isCircular ? "circular" : "linear")).Output("y");
    }

    private static void CenterCropPad(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(0, 6))];
        long[] axes = [.. Enumerable.Range(0, x.Length).OrderBy(_ => random.Next()).Take(random.Next(1, x.Length + 1)).Select(a => (long)(a - (random.Next(2) * x.Length)))];
        model.Opset(18).Input("x", type, Dims(x)).Initializer("shape", [.. axes.Select(_ => (long)random.Next(0, 8))], axes.Length)
            .Node("CenterCropPad", "x,shape", "y", n => n.Ints("axes", axes)).Output("y");
    }

    private static void AffineGrid(OnnxModelWriter model, Random random, ElementType type)
    {
        int dimensions = random.Next(2, 4);
        long[] size = [random.Next(1, 3), 5, .. Enumerable.Range(0, dimensions).Select(_ => (long)random.Next(1, 5))];
        model.Opset(20).Input("theta", type, size[0], dimensions, dimensions + 1).Initializer("size", size, size.Length)
            .Node("AffineGrid", "theta,size", "y", n => n.Int("align_corners", random.Next(2))).Output("y");
    }

    private static void Training(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 6))];
        model.Opset(15).Input("x", type, Dims(x)).Input("scale", type, x[1]).Input("shift", type, x[1]).Input("mean", type, x[1]).Input("variance", type, x[1])
            .Node("BatchNormalization", "x,scale,shift,mean,variance", "y,m,v", n => n.Int("training_mode", 1).Float("momentum", 0.7f).Float("epsilon", 0.01f)).Output("y").Output("m").Output("v");
    }
}
