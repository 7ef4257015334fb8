using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Fills the texts of rows with operands, attributes and types.</summary>
internal static class RowText
{
    /// <summary>The expression of one element.</summary>
    public static string? Scalar(ElementwiseRow row, ElementwiseCall call)
    {
        double[] parameters = row.Parameters(call.Node.Attributes);
        if (call.Inputs[0].IsNarrow() && call.Inputs[0].IsFloat()) call = Widened(call);
        if (!call.Inputs[0].HasArithmetic()) return null;
        ArithmeticClass arithmetic = call.Inputs[0].Arithmetic();
        ElementwiseTexts texts = row.Text(parameters);
        bool isDivision = texts.IntegerByLiteral is not null && !arithmetic.IsFloat() && call.Constant(1) is not null and not 0 and not -1;
        string? text = isDivision ? texts.IntegerByLiteral : Choose(texts, arithmetic);
        return text is null ? null : Fill(row, parameters, text, call, arithmetic, vector: false);
    }

    /// <summary>Floats of 8 bits as the floats that they mean.</summary>
    private static ElementwiseCall Widened(ElementwiseCall call) => call with
    {
        Inputs = [.. call.Inputs.Select(_ => ElementType.Float32)],
        Operands = [.. call.Operands.Select(o => NarrowText.Load(call.Inputs[0], o))],
    };

    /// <summary>The expression of a vector of elements.</summary>
    public static string? Vector(ElementwiseRow row, ElementwiseCall call)
    {
        double[] parameters = row.Parameters(call.Node.Attributes);
        ElementwiseTexts texts = row.Text(parameters);
        ElementType type = call.Inputs[0];
        if (texts.Vector is null || row.Result == ResultType.Bool || !Serves(texts.VectorTypes, type)) return null;
        return Fill(row, parameters, texts.Vector, call, type.Arithmetic(), vector: true);
    }

    /// <summary>The expression of a mask of a vector's lanes.</summary>
    public static string? Mask(ElementwiseRow row, ElementwiseCall call)
    {
        double[] parameters = row.Parameters(call.Node.Attributes);
        string? text = call.Inputs[0] is ElementType.Float32 or ElementType.Bool ? row.Text(parameters).Mask : null;
        return text is null ? null : Fill(row, parameters, text, call, ArithmeticClass.Single, vector: true);
    }

    private static bool Serves(VectorTypes types, ElementType type) => types switch
    {
        VectorTypes.Single => type is ElementType.Float32,
        VectorTypes.Floats => type is ElementType.Float32 or ElementType.Float64,
        VectorTypes.Numbers => type is ElementType.Float32 or ElementType.Float64 or ElementType.Int32,
        _ => type.IsInteger() && type.HasArithmetic(),
    };

    private static string? Choose(ElementwiseTexts texts, ArithmeticClass arithmetic) => arithmetic switch
    {
        ArithmeticClass.Single => texts.Single ?? texts.Float,
        ArithmeticClass.Double => texts.Float,
        ArithmeticClass.Bool => texts.Bool,
        ArithmeticClass.UInt32 or ArithmeticClass.UInt64 => texts.Unsigned ?? texts.Integer,
        _ => texts.Integer,
    };

    private static string Fill(ElementwiseRow row, double[] parameters, string text, ElementwiseCall call, ArithmeticClass arithmetic, bool vector)
    {
        var places = new Places(row, parameters, call.Inputs[0], arithmetic, vector);
        ImmutableArray<string> given = [.. call.Operands.Where(o => o.Length > 0)];
        if (!row.IsVariadic) return places.Fill(text, given, call.Inputs.Length);
        if (given.Length == 1) return places.Fill(LastOf(text, "{a}"), given, 1);

        // Two by two from the left; what stands after the bar is done to the result.
        int bar = text.IndexOf('|');
        string pair = bar < 0 ? text : text.Substring(0, bar);
        string result = given[0];
        for (int i = 1; i < given.Length; i++) result = places.Fill(pair, [i == 1 || IsCall(pair) ? result : "(" + result + ")", given[i]], given.Length);
        return bar < 0 ? result : places.Fill(text.Substring(bar + 1), ["(" + result + ")"], given.Length);
    }

    private static bool IsCall(string text) => text.EndsWith(")", System.StringComparison.Ordinal);

    private static string LastOf(string text, string otherwise) => text.IndexOf('|') < 0 ? otherwise : text.Substring(text.IndexOf('|') + 1);

    private sealed class Places(ElementwiseRow row, double[] parameters, ElementType type, ArithmeticClass arithmetic, bool vector)
    {
        private string VectorName => "Vector<" + type.CSharpName() + ">";

        public string Fill(string text, ImmutableArray<string> operands, int count)
        {
            var result = new StringBuilder();
            int at = 0;
            while (true)
            {
                int open = text.IndexOf('{', at);
                if (open < 0) return result.Append(text, at, text.Length - at).ToString();
                int close = text.IndexOf('}', open);
                result.Append(text, at, open - at).Append(Place(text.Substring(open + 1, close - open - 1), operands, count));
                at = close + 1;
            }
        }

        private string Place(string name, ImmutableArray<string> operands, int count) => name switch
        {
            "a" => operands[0],
            "b" => operands[1],
            "c" => operands[2],
            "T" => arithmetic.CSharpName(),
            "M" => arithmetic == ArithmeticClass.Single ? "MathF" : "Math",
            "V" => VectorName,
            "bits" => type.Bits().ToString(CultureInfo.InvariantCulture),
            "count" => Number(count),
            _ when name[0] == '#' => Number(double.Parse(name.Substring(1), CultureInfo.InvariantCulture)),
            _ => Number(parameters[Position(name)]),
        };

        private int Position(string name)
        {
            for (int i = 0; i < row.Attributes.Length; i++)
                if (row.Attributes[i].Name == name) return i;
            throw new System.InvalidOperationException(row.Name + " has no place '" + name + "'.");
        }

        private string Number(double value)
        {
            string literal = Literal(arithmetic, value);
            if (!vector) return literal;
            return value == 0 ? VectorName + ".Zero" : value == 1 ? VectorName + ".One" : "new " + VectorName + "(" + literal.Trim('(', ')') + ")";
        }
    }

    /// <summary>A number as a literal that can stand anywhere an operand can.</summary>
    public static string Literal(ArithmeticClass arithmetic, double value)
    {
        string text = arithmetic switch
        {
            ArithmeticClass.Single => CSharpLiteral.Of((float)value),
            ArithmeticClass.Double => CSharpLiteral.Of(value),
            _ => CSharpLiteral.Of(StorageOf(arithmetic), (long)value),
        };
        return text[0] == '-' ? "(" + text + ")" : text;
    }

    /// <summary>An integer (uint64 by its bits) as a literal that can stand anywhere an operand can.</summary>
    public static string Literal(ArithmeticClass arithmetic, long value)
    {
        string text = CSharpLiteral.Of(StorageOf(arithmetic), value);
        return text[0] == '-' ? "(" + text + ")" : text;
    }

    private static ElementType StorageOf(ArithmeticClass arithmetic) => arithmetic switch
    {
        ArithmeticClass.UInt32 => ElementType.UInt32,
        ArithmeticClass.Int64 => ElementType.Int64,
        ArithmeticClass.UInt64 => ElementType.UInt64,
        ArithmeticClass.Bool => ElementType.Bool,
        _ => ElementType.Int32,
    };
}
