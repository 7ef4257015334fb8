using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>
/// Every elementwise operator with every type that it allows: generated code against the reference. An operator's first type, which
/// is the one with vector code, meets all broadcasting patterns; of the other types each meets some, so that every pair of operator,
/// type and pattern occurs.
/// </summary>
public sealed class EveryOperatorTests
{
    private static readonly int[][] UnaryShapes = [[3], [37], [64], [2, 3, 50], [], [0, 4]];

    private static readonly (int[] A, int[] B)[] BinaryShapes =
    [
        ([3], [3]), ([37], [37]), ([64], [64]), ([2, 3, 40], [40]), ([2, 3, 40], [3, 1]), ([1, 40], [3, 1]), ([2, 3, 4, 5], [3, 1, 5]),
        ([50], []), ([], [20]), ([2, 1, 33], [1, 4, 1]), ([0, 3], [3]), ([2, 3], [3]), ([4, 6], [4, 1]),
    ];

    private static readonly int[][][] VariadicShapes = [[[20]], [[20], [20]], [[3, 20], [20], [3, 1]], [[2], [1], [2], [1, 2]], [[40], [], [40], [40], [1]]];

    public static TheoryData<ElementType> AllTypes => [.. ElementwiseBatch.Types, ElementType.Float8E4M3FN, ElementType.Float8E5M2];

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Rows(ElementType type)
    {
        using var models = new ModelBatch();
        for (int r = 0; r < ElementwiseTable.Rows.Length; r++)
        {
            ElementwiseRow row = ElementwiseTable.Rows[r];
            ElementType[] types = ElementwiseBatch.TypesIn(row.Types);
            if (!types.Contains(type)) continue;
            foreach (Action<OnnxNodeWriter> attributes in Variants(row, type))
                models.Add(row.Name + " of " + type.Name(), Model(row, type, attributes));
        }

        models.Check(seed: 1);
    }

    [Fact]
    public void Pow()
    {
        using var models = new ModelBatch();
        foreach (ElementType x in ElementwiseBatch.TypesIn(TypeSet.Float | TypeSet.Index))
            foreach (ElementType y in ElementwiseBatch.TypesIn(TypeSet.Numeric))
                models.Add($"Pow of {x.Name()} and {y.Name()}", Broadcasts("Pow", [x, y]));
        models.Check(seed: 2);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(2f)]
    [InlineData(3f)]
    [InlineData(-1f)]
    [InlineData(0.5f)]
    [InlineData(-2.5f)]
    public void Pow_with_a_constant_exponent(float exponent)
    {
        using var models = new ModelBatch();
        foreach (ElementType type in ElementwiseBatch.TypesIn(TypeSet.Float | TypeSet.Index))
            models.Add("Pow of " + type.Name(), Opset().Input("x", type, 50).Initializer("e", [exponent]).Node("Pow", "x,e", "y").Output("y"));
        models.Check(seed: 3);
    }

    [Fact]
    public void Where()
    {
        using var models = new ModelBatch();
        foreach (ElementType type in ElementwiseBatch.Types.Concat(ElementwiseBatch.NarrowTypes)) models.Add("Where of " + type.Name(), Broadcasts("Where", [ElementType.Bool, type, type]));
        models.Check(seed: 4);
    }

    [Theory]
    [InlineData("Cast")]
    [InlineData("CastLike")]
    public void Casts(string op)
    {
        using var models = new ModelBatch();
        foreach (ElementType from in ElementwiseBatch.Types)
        {
            foreach (ElementType to in ElementwiseBatch.Types)
            {
                OnnxModelWriter model = Opset().Input("x", from, 90).Input("z", from, 5);
                if (op == "CastLike") model.Input("like", to, 2).Node(op, "x,like", "y").Node(op, "z,like", "w");
                else model.Node(op, "x", "y", n => n.Int("to", (long)to)).Node(op, "z", "w", n => n.Int("to", (long)to));
                models.Add($"{op} of {from.Name()} to {to.Name()}", model.Output("y").Output("w"));
            }
        }

        models.Check(seed: 5);
    }

    [Theory]
    [InlineData(1, "up")]
    [InlineData(0, "down")]
    [InlineData(0, "nearest")]
    public void Casts_of_narrow_types(int saturate, string rounding)
    {
        using var models = new ModelBatch();
        foreach (ElementType narrow in ElementwiseBatch.NarrowTypes)
        {
            foreach (ElementType other in ElementwiseBatch.Types.Concat(ElementwiseBatch.NarrowTypes))
            {
                OnnxModelWriter model = Opset().Input("x", narrow, 90).Input("z", other, 300).Initializer("c", RandomTensor.WithSpecialValues(narrow, new Random(9), 3, 7).ToTensor());
                model.Node("Cast", "x", "y", n => n.Int("to", (long)other)).Output("y");
                model.Node("Cast", "z", "w", n => n.Int("to", (long)narrow).Int("saturate", saturate).String("round_mode", rounding)).Output("w");
                // Fused with what follows.
                model.Node("Cast", "w", "v", n => n.Int("to", (long)ElementType.Float32)).Node("Neg", "v", "u").Output("u");
                model.Node("Identity", "c", "d").Output("d");
                models.Add($"Cast of {narrow.Name()} and {other.Name()}", model);
            }
        }

        models.Check(seed: 8);
    }

    [Fact]
    public void Clip()
    {
        using var models = new ModelBatch();
        foreach (ElementType type in ElementwiseBatch.TypesIn(TypeSet.Numeric))
        {
            Tensor low = new ReferenceTensor(type, [1]).Rounded().ToTensor();
            models.Add("Clip of " + type.Name(), Opset().Input("x", type, 50).Input("l", type).Input("h", type).Initializer("low", low)
                .Node("Clip", "x,l,h", "a").Node("Clip", "x,,h", "b").Node("Clip", "x,l", "c").Node("Clip", "x", "d").Node("Clip", "x,low,h", "e").Node("Clip", "x,low", "f")
                .Output("a").Output("b").Output("c").Output("d").Output("e").Output("f"));
        }

        foreach (ElementType type in ElementwiseBatch.TypesIn(TypeSet.Float))
        {
            models.Add("Clip-6 of " + type.Name(), new OnnxModelWriter().Opset(6).Input("x", type, 50)
                .Node("Clip", "x", "a", n => n.Float("min", -1).Float("max", 0.7f)).Node("Clip", "x", "b", n => n.Float("max", 0)).Node("Clip", "x", "c")
                .Output("a").Output("b").Output("c"));
        }

        models.Check(seed: 6);
    }

    [Fact]
    public void Broadcasting_before_opset_7()
    {
        using var models = new ModelBatch();
        foreach (string op in (string[])["Add", "Sub", "Mul", "Div", "Pow", "Less"])
        {
            models.Add(op, new OnnxModelWriter().Opset(6).Input("a", ElementType.Float32, 2, 3, 4, 5).Input("b", ElementType.Float32, 3, 4).Input("c", ElementType.Float32, 5).Input("d", ElementType.Float32, 2)
                .Node(op, "a,b", "y", n => n.Int("broadcast", 1).Int("axis", 1)).Node(op, "a,c", "z", n => n.Int("broadcast", 1)).Node(op, "a,d", "w", n => n.Int("broadcast", 1).Int("axis", 0))
                .Output("y").Output("z").Output("w"));
        }

        models.Add("PRelu", new OnnxModelWriter().Opset(6).Input("a", ElementType.Float32, 2, 3, 4, 5).Input("b", ElementType.Float32, 3).Node("PRelu", "a,b", "y").Output("y"));
        models.Check(seed: 7);
    }

    private static OnnxModelWriter Opset() => new OnnxModelWriter().IrVersion(10).Opset(24);

    private static OnnxModelWriter Model(ElementwiseRow row, ElementType type, Action<OnnxNodeWriter> attributes)
    {
        if (row.IsVariadic) return Many(row.Name, type);
        return row.Inputs.Length == 2 ? Broadcasts(row.Name, [type, type], attributes) : Unary(row.Name, type, attributes);
    }

    private static OnnxModelWriter Unary(string op, ElementType type, Action<OnnxNodeWriter> attributes)
    {
        OnnxModelWriter model = Opset();
        foreach (int i in Enumerable.Range(0, UnaryShapes.Length))
            model.Input("x" + i, type, Dims(UnaryShapes[i])).Node(op, "x" + i, "y" + i, attributes).Output("y" + i);
        return model;
    }

    /// <summary>Patterns with both operands given, and with each of them constant; a first operand that is neither is bool's condition.</summary>
    private static OnnxModelWriter Broadcasts(string op, ElementType[] types, Action<OnnxNodeWriter>? attributes = null)
    {
        OnnxModelWriter model = Opset();
        var random = new Random(11);
        foreach (int i in Enumerable.Range(0, BinaryShapes.Length))
        {
            int[][] shapes = types.Length == 3 ? [BinaryShapes[i].B, BinaryShapes[i].A, BinaryShapes[i].B] : [BinaryShapes[i].A, BinaryShapes[i].B];
            int constant = i % 4 == 2 ? types.Length - 1 : i % 5 == 4 ? 0 : -1;
            for (int k = 0; k < shapes.Length; k++)
            {
                string name = $"x{i}_{k}";
                if (k == constant) model.Initializer(name, RandomTensor.WithSpecialValues(types[k], random, shapes[k]).ToTensor());
                else model.Input(name, types[k], Dims(shapes[k]));
            }

            model.Node(op, string.Join(",", shapes.Select((_, k) => $"x{i}_{k}")), "y" + i, attributes).Output("y" + i);
        }

        return model;
    }

    private static OnnxModelWriter Many(string op, ElementType type)
    {
        OnnxModelWriter model = Opset();
        foreach (int i in Enumerable.Range(0, VariadicShapes.Length))
        {
            for (int k = 0; k < VariadicShapes[i].Length; k++) model.Input($"x{i}_{k}", type, Dims(VariadicShapes[i][k]));
            model.Node(op, string.Join(",", VariadicShapes[i].Select((_, k) => $"x{i}_{k}")), "y" + i).Output("y" + i);
        }

        return model;
    }

    private static OnnxDim[] Dims(int[] lengths) => [.. lengths.Select(d => (OnnxDim)d)];

    /// <summary>The attributes' defaults, and other values of each.</summary>
    private static IEnumerable<Action<OnnxNodeWriter>> Variants(ElementwiseRow row, ElementType type)
    {
        double[] defaults = [.. row.Attributes.Select(a => (double)a.Default)];
        if (!row.Attributes.Any(a => a.Required) && row.Check?.Invoke(type, defaults) is null) yield return _ => { };
        foreach (RowAttribute attribute in row.Attributes)
        {
            if (attribute.Kind == AttributeKind.Float)
            {
                yield return n => n.Float(attribute.Name, 1.75f);
                yield return n => n.Float(attribute.Name, -0.5f);
            }
            else if (attribute.Kind == AttributeKind.Int)
            {
                yield return n => n.Int(attribute.Name, attribute.Default == 0 ? 1 : 0);
            }
            else
            {
                foreach (string choice in attribute.Choices) yield return n => n.String(attribute.Name, choice);
            }
        }
    }
}
