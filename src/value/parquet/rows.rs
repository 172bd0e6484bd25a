//! The rows of a file.

use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};

use super::column::{Column, Meaning};
use super::node::{Builder, Node};
use super::{Lists, Logical, ParquetError};
use crate::value::Value;

/// Rows that are decoded at a time: what is in memory besides the row groups' pages.
const BATCH: usize = 256;

/// The rows of a file, from bytes or from an open file; ends after the first error.
pub struct Rows<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    row: Node,
    meanings: Vec<Meaning>,
    columns: Vec<Column>,
    /// The next row group.
    group: usize,
    /// Rows of the present batch that were not taken yet.
    batch: usize,
    /// Rows of the present row group that were not decoded yet.
    left: usize,
}

impl<R: ChunkReader + 'static> Rows<R> {
    /// Reads the schema, at the end of the file.
    pub fn open(file: R, lists: Lists) -> Result<Self, ParquetError> {
        Self::open_as(file, lists, Logical::Stored)
    }

    /// As [`Self::open`], with times and ids as `logical` says.
    pub fn open_as(file: R, lists: Lists, logical: Logical) -> Result<Self, ParquetError> {
        let file = SerializedFileReader::new(file)?;
        let mut builder = Builder::new(lists, logical);
        let row = builder.row(file.metadata().file_metadata().schema())?;
        let meanings = builder.meanings;
        Ok(Self { file, row, meanings, columns: Vec::new(), group: 0, batch: 0, left: 0 })
    }

    /// The schema of the file.
    pub fn schema(&self) -> &::parquet::schema::types::Type {
        self.file.metadata().file_metadata().schema()
    }

    /// Makes the next batch; false at the end of the file.
    fn decode(&mut self) -> Result<bool, ParquetError> {
        while self.left == 0 {
            if self.group >= self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.group)?;
            self.group += 1;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let descriptions = group.metadata().schema_descr().columns();
            let column = |(i, meaning): (usize, &Meaning)| {
                let definition = descriptions.get(i).map_or(0, |column| column.max_def_level());
                Ok(Column::new(group.get_column_reader(i)?, *meaning, definition))
            };
            self.columns =
                self.meanings.iter().enumerate().map(column).collect::<Result<_, ParquetError>>()?;
        }
        self.batch = self.left.min(BATCH);
        self.left -= self.batch;
        for column in &mut self.columns {
            let found = column.fill(self.batch)?;
            if found != self.batch {
                let what = format!("a column has {found} of {} rows", self.batch);
                return Err(::parquet::errors::ParquetError::EOF(what).into());
            }
        }
        Ok(true)
    }
}

impl<R: ChunkReader + 'static> Iterator for Rows<R> {
    type Item = Result<Value, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch == 0 {
            match self.decode() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    (self.group, self.batch, self.left) = (usize::MAX, 0, 0);
                    return Some(Err(error));
                }
            }
        }
        self.batch -= 1;
        Some(Ok(self.row.assemble(&mut self.columns)))
    }
}
