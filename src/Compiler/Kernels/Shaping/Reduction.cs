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
        => !CopyPlan.CanMove(type) || (name != "none" && !type.IsFloat() && !type.IsInteger()) || (name != "none" && type == ElementType.BFloat16) ? null : new Reduction(name, type);

    /// <summary>The statement that applies an update.</summary>
    public string Statement(string target, string update)
    {
        string csharp = _type.CSharpName()!;
        string math = _type == ElementType.Float16 ? "Half" : "Math";
        return _name switch
        {
            "none" => $"{target} = {update};",
            "add" => $"{target} = unchecked(({csharp})({target} + {update}));",
            "mul" => $"{target} = unchecked(({csharp})({target} * {update}));",
            "max" => $"{target} = {math}.Max({target}, {update});",
            _ => $"{target} = {math}.Min({target}, {update});",
        };
    }
}
