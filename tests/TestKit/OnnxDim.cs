namespace RedGen.TestKit;

/// <summary>A dimension as a model file states it: a length, a symbol, or nothing.</summary>
public readonly record struct OnnxDim
{
    private OnnxDim(long? length, string? symbol)
    {
        Length = length;
        Symbol = symbol;
    }

    /// <summary>The length, if stated.</summary>
    public long? Length { get; }

    /// <summary>The symbol, if stated.</summary>
    public string? Symbol { get; }

    /// <summary>A dimension that states nothing.</summary>
    public static OnnxDim Unknown => default;

    /// <summary>A length is a dimension.</summary>
    public static implicit operator OnnxDim(long length) => new(length, null);

    /// <summary>A symbol is a dimension.</summary>
    public static implicit operator OnnxDim(string symbol) => new(null, symbol);
}
