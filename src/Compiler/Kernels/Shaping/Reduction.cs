using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>How a scatter's update meets what is there, as C#.</summary>
internal sealed class Reduction
{
    private readonly string _name;
    private readonly ElementType _type;

    private Reduction(string name, ElementType type)
    {
        _name = name;
        _type = type;
    }

    /// <summary>Whether updates replace what is there.</summary>
    public bool IsReplacement => _name == "none";

    /// <summary>A reduction; null where the type cannot be computed with.</summary>
    public static Reduction? TryCreate(string name, ElementType type)
        => CopyPlan.CanMove(type) && (name == "none" || Arithmetic.Of(type) is not null) ? new Reduction(name, type) : null;

    /// <summary>The statement that applies an update.</summary>
    public string Statement(string target, string update)
    {
        string csharp = _type.CSharpName()!;
        if (_name == "none") return $"{target} = {update};";
        (string a, string b) = _type.IsShortFloat() ? ($"(float){target}", $"(float){update}") : (target, update);
        return _name switch
        {
            "add" => $"{target} = unchecked(({csharp})({a} + {b}));",
            "mul" => $"{target} = unchecked(({csharp})({a} * {b}));",
            _ => $"{target} = {(_type.IsShortFloat() ? $"({csharp})" : "")}Math.{(_name == "max" ? "Max" : "Min")}({a}, {b});",
        };
    }
}
