using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>
/// The C# of a reduction's total: how it begins, takes an element, and ends. Roots and logarithms of integers are computed in
/// double and truncated.
/// </summary>
/// <param name="Operator">The operator's name without Reduce.</param>
/// <param name="ElementType">The element type.</param>
/// <param name="Arithmetic">Its arithmetic; null for bool.</param>
internal sealed record ReduceText(string Operator, ElementType ElementType, Arithmetic? Arithmetic)
{
    /// <summary>The texts of an operator over a type; null where C# cannot hold the type.</summary>
    public static ReduceText? Of(string name, ElementType type)
        => Arithmetic.Of(type) is { } arithmetic ? new(name.Substring("Reduce".Length), type, arithmetic)
            : type == ElementType.Bool ? new(name.Substring("Reduce".Length), type, null) : null;

    private bool IsBool => Arithmetic is null;

    private bool IsReal => Arithmetic?.IsReal ?? false;

    /// <summary>Whether integers are computed as doubles and truncated: roots and logarithms.</summary>
    public bool IsTruncated => !IsBool && !IsReal && (Operator is "L2" or "LogSum" or "LogSumExp");

    /// <summary>The C# type of the total.</summary>
    public string Type => IsBool ? "bool" : IsTruncated ? "double" : Arithmetic!.Sum;

    /// <summary>Whether the largest element must be known first.</summary>
    public bool NeedsMaximum => Operator == "LogSumExp";

    /// <summary>The beginning of the search for the largest element.</summary>
    public string MaximumStart => Type + ".NegativeInfinity";

    /// <summary>The total of no elements.</summary>
    public string Start => Operator switch
    {
        "Max" => IsBool ? "false" : IsReal ? Type + ".NegativeInfinity" : Integer(IntegerRange.Lowest(ElementType)),
        "Min" => IsBool ? "true" : IsReal ? Type + ".PositiveInfinity" : Integer(IntegerRange.Highest(ElementType)),
        "Prod" => "1",
        _ => IsTruncated ? "0d" : Arithmetic!.Zero,
    };

    /// <summary>A statement of the search for the largest element.</summary>
    public string MaximumStep(string element) => Better(">", element, "max");

    /// <summary>A statement that takes an element into the total.</summary>
    public string Step(string element)
    {
        string value = IsTruncated ? "(double)" + element : Arithmetic?.Load(element) ?? element;
        return Operator switch
        {
            "Max" => IsBool ? $"total |= {element};" : Better(">", element, "total"),
            "Min" => IsBool ? $"total &= {element};" : Better("<", element, "total"),
            "Prod" => IsReal ? $"total *= {value};" : $"total = unchecked(total * {element});",
            "L1" => IsReal ? $"total += Math.Abs({value});" : Added(ElementType.IsSigned() ? $"({element} < 0 ? -({Type}){element} : {element})" : element),
            "L2" or "SumSquare" => IsReal || IsTruncated ? $"total += {value} * {value};" : Added($"(({Type}){element} * {element})"),
            "LogSumExp" => $"total += {Narrow($"Math.Exp({value} - max)")};",
            _ => IsTruncated ? $"total += {value};" : Arithmetic!.Add("total", element),
        };
    }

    /// <summary>The result from the total of a number of elements, as an element.</summary>
    public string Finish(int count) => Operator == "Mean" && !IsReal && count == 0 ? Stored("total") : Finish(CSharpLiteral.Of(count));

    /// <summary>The result from the total of a number of elements that only run time tells; integers are divided by 1 at least.</summary>
    public string FinishAtRunTime(string count) => Finish(Operator == "Mean" && !IsReal ? (ElementType == ElementType.UInt64 ? "(ulong)" : "") + $"Math.Max(1, {count})" : count);

    private string Finish(string count) => Operator switch
    {
        "Mean" => Stored($"(total / {count})"),
        "L2" => Stored(Narrow("Math.Sqrt(total)")),
        "LogSum" => Stored(Narrow("Math.Log(total)")),
        "LogSumExp" => Stored($"({Type}.IsInfinity(max) ? max : {Narrow("(max + Math.Log(total))")})"),
        _ => Stored("total"),
    };

    private string Added(string value) => $"total = unchecked(total + {value});";

    /// <summary>NaN takes the place of what was found, and keeps it.</summary>
    private string Better(string comparison, string element, string best)
    {
        string value = IsTruncated ? element : Arithmetic!.Load(element);
        return IsReal ? $"if ({value} {comparison} {best} || {Type}.IsNaN({value})) {best} = {value};" : $"if ({value} {comparison} {best}) {best} = {value};";
    }

    /// <summary>A double as a value of the total's type.</summary>
    private string Narrow(string value) => Type == "float" ? "(float)" + value : value;

    private string Stored(string value)
    {
        if (IsBool) return value;
        if (!IsTruncated) return Arithmetic!.Store(value);
        return ElementType == ElementType.UInt64 ? $"unchecked((ulong){value})" : $"unchecked(({Arithmetic!.Type})(long){value})";
    }

    private string Integer(long value) => ElementType == ElementType.UInt64 ? CSharpLiteral.Of(ElementType.UInt64, value) : CSharpLiteral.Of(ElementType.Int64, value);
}
