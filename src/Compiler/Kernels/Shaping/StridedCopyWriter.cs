using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>
/// Writes a <see cref="StridedCopy"/> as nested loops with constant bounds. Runs that are contiguous on both sides are copied with
/// CopyTo, runs of one repeated element are filled, the rest is copied element by element, large transposes in tiles.
/// </summary>
internal sealed class StridedCopyWriter
{
    /// <summary>Contiguous runs below this are copied by a loop: a call costs more.</summary>
    private const int RunLimit = 6;

    /// <summary>A cache line holds 16 floats: a tile of so many columns uses the lines that it touches whole.</summary>
    private const int TileColumns = 16;

    /// <summary>Rows of a tile: their lines stay in the first-level cache.</summary>
    private const int TileRows = 64;

    /// <summary>Elements below which both sides of a transpose fit the first-level cache.</summary>
    private const int TiledFrom = 4096;

    /// <summary>Longer runs of one element are filled.</summary>
    private const int MostRepeated = 16;

    /// <summary>Floats of a vector, at most.</summary>
    private const int Vector = 16;

    /// <summary>Rows from which a call copies them.</summary>
    private const int LeastRows = 8;

    /// <summary>Elements from which a call is worth it.</summary>
    private const int TransposedFrom = 256;

    private readonly StepWriter _writer;
    private readonly StridedCopy _copy;
    private readonly string _x;
    private readonly string _y;

    private StridedCopyWriter(StepWriter writer, StridedCopy copy)
    {
        _writer = writer;
        _copy = copy;
        _x = writer.Input(copy.Source);
        _y = writer.Output(copy.Target);
    }

    /// <summary>An axis with its names in the code.</summary>
    private readonly record struct Loop(CopyAxis Axis, string Variable, string? Map)
    {
        public bool IsStrided => Map is null;

        public string Header => $"for (int {Variable} = 0; {Variable} < {IndexText.Number(Axis.Length)}; {Variable}++)";

        public void AddFrom(IndexText index)
        {
            if (Map is not null) index.Add(Map + "[" + Variable + "]");
            else index.Add(Variable, Axis.From);
        }

        public void AddTo(IndexText index) => index.Add(Variable, Axis.To);
    }

    /// <summary>Writes a copy.</summary>
    /// <param name="writer">The method's body.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="maps">The names of the constants that hold the axes' maps, in the axes' order.</param>
    public static void Write(StepWriter writer, StridedCopy copy, IReadOnlyList<string> maps)
    {
        int map = 0;
        ImmutableArray<Loop> loops = [.. copy.Axes.Select((a, depth) => new Loop(a, IndexText.Variable(depth), a.Map is null ? null : maps[map++]))];
        new StridedCopyWriter(writer, copy).Write(loops);
    }

    private void Write(ImmutableArray<Loop> loops)
    {
        if (loops.IsEmpty)
        {
            _writer.Line($"{_y}[{IndexText.Number(_copy.ToOffset)}] = {_x}[{IndexText.Number(_copy.FromOffset)}];");
            return;
        }

        Loop last = loops[loops.Length - 1];
        ImmutableArray<Loop> outer = loops.RemoveAt(loops.Length - 1);
        bool isRow = last.IsStrided && last.Axis.To == 1;
        if (isRow && last.Axis.From == 0 && last.Axis.Length <= MostRepeated && !outer.IsEmpty && IsRepeated(outer[outer.Length - 1], last.Axis))
        {
            WriteRepetitions(outer.RemoveAt(outer.Length - 1), outer[outer.Length - 1], last);
            return;
        }

        if (isRow && (last.Axis.From == 0 || (last.Axis.From == 1 && (last.Axis.Length >= RunLimit || outer.IsEmpty))))
        {
            WriteRuns(outer, last);
            return;
        }

        int columns = outer.ToList().FindIndex(l => l.IsStrided && l.Axis.From == 1);
        if (isRow && columns >= 0 && IsMatrix(outer[columns].Axis, last.Axis))
        {
            WriteTransposes(outer.RemoveAt(columns), outer[columns], last);
            return;
        }

        bool tiled = isRow && columns >= 0 && _copy.Count >= TiledFrom && outer[columns].Axis.Length >= TileColumns && last.Axis.Length >= TileColumns;
        if (tiled) WriteTiles(outer.RemoveAt(columns), outer[columns], last);
        else WriteElements(outer, last);
    }

    /// <summary>Whether a run of floats is written element by element, each several times.</summary>
    private bool IsRepeated(Loop run, CopyAxis repeated)
        => run.IsStrided && run.Axis.From == 1 && run.Axis.To == repeated.Length && run.Axis.Length > 1 && IsFloatInVectors;

    private void WriteRepetitions(ImmutableArray<Loop> outer, Loop run, Loop repeated)
    {
        Stack<SourceWriter.BlockScope> scopes = Open(outer);
        string target = To(outer) is "0" ? _y : $"{_y}.Slice({To(outer)})";
        _writer.Line($"Repetition.Run({_x}.Slice({From(outer)}, {IndexText.Number(run.Axis.Length)}), {target}, times: {IndexText.Number(repeated.Axis.Length)});");
        Close(scopes);
    }

    private bool IsFloatInVectors => !_writer.Plan.Options.IsScalar && _writer.Plan.Buffers[_writer.Step.Outputs[_copy.Target]].ElementType == ElementType.Float32;

    /// <summary>Whether RedGen.Runtime transposes it: floats, of which each row is behind the one before on both sides.</summary>
    private bool IsMatrix(CopyAxis column, CopyAxis row)
        => _copy.Count >= TransposedFrom && column.Length > 1 && row.Length > 1 && row.From >= column.Length && column.To >= row.Length
            && IsFloatInVectors;

    private void WriteTransposes(ImmutableArray<Loop> outer, Loop column, Loop row)
    {
        Stack<SourceWriter.BlockScope> scopes = Open(outer);
        (string from, string to) = (From(outer), To(outer));
        string source = from == "0" ? _x : $"{_x}.Slice({from})", target = to == "0" ? _y : $"{_y}.Slice({to})";
        _writer.Line($"LayoutMove.Transpose({source}, sourceStep: {IndexText.Number(row.Axis.From)}, {target}, targetStep: {IndexText.Number(column.Axis.To)}, rows: {IndexText.Number(row.Axis.Length)}, columns: {IndexText.Number(column.Axis.Length)});");
        Close(scopes);
    }

    /// <summary>Whether RedGen.Runtime copies the rows: floats in whole vectors, with one loop around them. A generated loop is as fast, and has to be compiled in the first call.</summary>
    private bool AreRows(ImmutableArray<Loop> outer, CopyAxis row)
        => outer.Length == 1 && outer[0].IsStrided && outer[0].Axis.Length >= LeastRows && outer[0].Axis.From >= row.Length && outer[0].Axis.To >= row.Length
            && row.From == 1 && row.Length % Vector == 0 && IsFloatInVectors;

    private void WriteRows(CopyAxis outer, CopyAxis row)
    {
        string source = _copy.FromOffset == 0 ? _x : $"{_x}.Slice({IndexText.Number(_copy.FromOffset)})", target = _copy.ToOffset == 0 ? _y : $"{_y}.Slice({IndexText.Number(_copy.ToOffset)})";
        _writer.Line($"LayoutMove.CopyRows({source}, sourceStep: {IndexText.Number(outer.From)}, {target}, targetStep: {IndexText.Number(outer.To)}, rows: {IndexText.Number(outer.Length)}, columns: {IndexText.Number(row.Length)});");
    }

    private void WriteRuns(ImmutableArray<Loop> outer, Loop last)
    {
        if (AreRows(outer, last.Axis))
        {
            WriteRows(outer[0].Axis, last.Axis);
            return;
        }

        Stack<SourceWriter.BlockScope> scopes = Open(outer);
        (string from, string to) = (From(outer), To(outer));
        string length = IndexText.Number(last.Axis.Length);
        _writer.Line(last.Axis.From == 0
            ? $"{_y}.Slice({to}, {length}).Fill({_x}[{from}]);"
            : $"{_x}.Slice({from}, {length}).CopyTo({_y}.Slice({to}, {length}));");
        Close(scopes);
    }

    private void WriteElements(ImmutableArray<Loop> outer, Loop last)
    {
        Stack<SourceWriter.BlockScope> scopes = Open(outer);
        (string from, string to) = (From(outer), To(outer));
        if (outer.Length > 0)
        {
            from = Local("from", from);
            to = Local("to", to);
        }

        WriteElementLoop(last.Header, last, from, to);
        Close(scopes);
    }

    /// <summary>
    /// A transpose that reads column by column touches a cache line for every element, and comes back to it too late; in tiles
    /// each line is read once.
    /// </summary>
    private void WriteTiles(ImmutableArray<Loop> outer, Loop column, Loop row)
    {
        _writer.Line("// In tiles, so that each cache line is read once.");
        Stack<SourceWriter.BlockScope> scopes = Open(outer);
        bool cutRows = row.Axis.Length > TileRows;
        if (cutRows) scopes.Push(OpenTiles(row, TileRows));
        scopes.Push(OpenTiles(column, TileColumns));
        string rowEnd = cutRows ? TileEnd(row, TileRows) : IndexText.Number(row.Axis.Length);
        string columnEnd = TileEnd(column, TileColumns);
        scopes.Push(_writer.Block($"for (int {column.Variable} = {column.Variable}0; {column.Variable} < {columnEnd}; {column.Variable}++)"));
        ImmutableArray<Loop> around = outer.Add(column);
        string from = Local("from", From(around));
        string to = Local("to", To(around));
        string rowStart = cutRows ? row.Variable + "0" : "0";
        WriteElementLoop($"for (int {row.Variable} = {rowStart}; {row.Variable} < {rowEnd}; {row.Variable}++)", row, from, to);
        Close(scopes);
    }

    private SourceWriter.BlockScope OpenTiles(Loop loop, int tile)
        => _writer.Block($"for (int {loop.Variable}0 = 0; {loop.Variable}0 < {IndexText.Number(loop.Axis.Length)}; {loop.Variable}0 += {IndexText.Number(tile)})");

    private string TileEnd(Loop loop, int tile)
    {
        string end = $"{loop.Variable}0 + {IndexText.Number(tile)}";
        if (loop.Axis.Length % tile == 0) return end;
        _writer.Line($"int {loop.Variable}End = Math.Min({end}, {IndexText.Number(loop.Axis.Length)});");
        return loop.Variable + "End";
    }

    private void WriteElementLoop(string header, Loop loop, string from, string to)
    {
        var read = new IndexText().Add(from);
        loop.AddFrom(read);
        var write = new IndexText().Add(to);
        loop.AddTo(write);
        _writer.Line($"{header} {_y}[{write}] = {_x}[{read}];");
    }

    private string From(ImmutableArray<Loop> outer)
    {
        var index = new IndexText();
        foreach (Loop loop in outer) loop.AddFrom(index);
        return index.Add(_copy.FromOffset).ToString();
    }

    private string To(ImmutableArray<Loop> outer)
    {
        var index = new IndexText();
        foreach (Loop loop in outer) loop.AddTo(index);
        return index.Add(_copy.ToOffset).ToString();
    }

    /// <summary>Names an expression that a loop would compute again and again; a name or number stands for itself.</summary>
    private string Local(string name, string expression)
    {
        if (expression.All(char.IsLetterOrDigit)) return expression;
        _writer.Line($"int {name} = {expression};");
        return name;
    }

    private Stack<SourceWriter.BlockScope> Open(ImmutableArray<Loop> loops)
    {
        var scopes = new Stack<SourceWriter.BlockScope>();
        foreach (Loop loop in loops) scopes.Push(_writer.Block(loop.Header));
        return scopes;
    }

    private static void Close(Stack<SourceWriter.BlockScope> scopes)
    {
        while (scopes.Count > 0) scopes.Pop().Dispose();
    }
}
